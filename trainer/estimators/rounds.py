"""Boosting rounds of LightGBM under our hooks, with the loss of each in the event file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trainer.estimators.log_loss import LogLoss
from trainer.hooks import Hook
from trainer.hooks.base import Context, Steps, find_due
from trainer.protocols import TrainState


class MissingLightGBMError(ImportError):
    """LightGBM is not installed."""


def load_lightgbm() -> Any:
    """Imports LightGBM, which only trees need.

    Raises:
        MissingLightGBMError: If it is not installed.
    """
    try:
        import lightgbm
    except ImportError as error:
        raise MissingLightGBMError(
            "lightgbm must be installed for boosted trees; got none. Install it with the extra: trainboard[trees]."
        ) from error
    return lightgbm


class _FirstRound:
    """LightGBM's callback that completes the first tree, before it is looked at."""

    order = 0
    before_iteration = False

    def __init__(self, loss: LogLoss) -> None:
        self._loss = loss

    def __call__(self, env: Any) -> None:
        if env.iteration == env.begin_iteration:
            self._loss.add_prior(env.model)


class Rounds:
    """One training of trees. It is LightGBM's callback after each round, and the `Context` of its hooks."""

    order = 10  # LightGBM's: among the callbacks, after the evaluation
    before_iteration = False

    def __init__(
        self,
        train_state: TrainState,
        *,
        hooks: Sequence[Hook],
        writer: Any,
        evaluate: Callable[[TrainState], dict[str, float]] | None,
    ) -> None:
        """Takes where to begin, and what is called between rounds.

        Args:
            train_state: Where to begin.
            hooks: Called in this order.
            writer: `SummaryWriter`, or None.
            evaluate: Returns the metrics of the validation data, by name.
        """
        self.train_state = train_state
        self.step = int(train_state.step)
        self.last_step: int | None = None
        self.writer = writer
        self.tags: tuple[str, ...] = ()
        self.error: BaseException | None = None
        self._hooks = list(hooks)
        self._evaluate = evaluate
        self._evaluated: tuple[int, dict[str, float]] | None = None
        self._stop_reason: str | None = None
        self._started = 0.0

    def run(self, params: Mapping[str, Any], data: Any, last_step: int, loss: LogLoss | None = None) -> None:
        """Adds rounds up to the last step.

        Args:
            params: LightGBM's, with one metric.
            data: LightGBM's data set of the training rows.
            last_step: How many there are then.
            loss: Takes the place of LightGBM's objective and metric.

        Raises:
            Exception: Whatever a hook raised, after the hooks' `end`.
        """
        context: Context = self
        self.last_step = last_step
        num_rounds = last_step - self.step
        with contextlib.ExitStack() as ends:
            for hook in reversed(self._hooks):
                ends.callback(hook.end, context)
            try:
                for hook in self._hooks:
                    hook.begin(context)
                self._due = [find_due(hook, self.step) for hook in self._hooks]
                self._started = time.perf_counter()
                self.train_state = self._state(self._grow(params, data, num_rounds, loss))
            except BaseException as error:
                self.error = error
                raise

    def _grow(self, params: Mapping[str, Any], data: Any, num_rounds: int, loss: LogLoss | None) -> Any:
        """Returns the booster after so many rounds more."""
        before, options = self.train_state.params["booster"], dict[str, Any](callbacks=[self])
        params = dict(params)
        if loss is not None:
            # LightGBM copies its params deeply, and with a bound method the object that keeps the gradients.
            params |= {"objective": lambda *args: loss.gradients(*args), "metric": "none"}
            options["feval"] = loss.evaluate
            if before is None:
                data.set_init_score(loss.first_scores)
                options["callbacks"].insert(0, _FirstRound(loss))
        return load_lightgbm().train(params, data, num_rounds, init_model=before, valid_sets=[data], **options)

    def __call__(self, env: Any) -> None:
        """Logs a round, and calls the hooks that are due."""
        self.step += 1
        self.train_state = self._state(env.model)
        _, _, loss, _ = env.evaluation_result_list[0]
        finished = time.perf_counter()
        if self.writer is not None:
            self.writer.add_scalars_at(self.step, {"loss": loss, "learning_rate": env.params["learning_rate"]})
        steps = Steps(self.step, 1, {"loss": np.array([loss], np.float32)}, finished - self._started, None)
        self._started = finished
        for index, hook in enumerate(self._hooks):
            hook.after_chunk(self, steps)
            if self._due[index] == self.step:
                self._due[index] = find_due(hook, self.step)
                hook.run(self)
        if self._stop_reason is not None:
            raise load_lightgbm().callback.EarlyStopException(env.iteration, env.evaluation_result_list)

    def evaluate(self) -> dict[str, float]:
        """See `Context`."""
        if self._evaluate is None:
            return {}
        rounds = int(self.train_state.params["rounds"])
        if self._evaluated is None or self._evaluated[0] != rounds:
            self._evaluated = rounds, self._evaluate(self.train_state)
        return self._evaluated[1]

    def settle(self) -> None:
        """See `Context`; no round is ever on its way."""

    def dump(self) -> Any:
        """Raises: there are no gradients.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("dump must be called on a network; got trees. Leave out hooks of histograms.")

    def step_graph(self) -> Any:
        """Raises: there is no graph.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("step_graph must be called on a network; got trees. Leave out hooks of graphs.")

    def compiled_step(self) -> Any:
        """Raises: nothing is compiled.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("compiled_step must be called on a network; got trees. Leave out hooks of graphs.")

    def stop(self, reason: str) -> None:
        """See `Context`."""
        self._stop_reason = reason

    def _state(self, booster: Any) -> TrainState:
        return TrainState({"booster": booster, "rounds": np.int32(self.step)}, {}, {}, np.int32(self.step))
