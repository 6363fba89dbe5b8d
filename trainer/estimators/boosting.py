"""Trees that are grown by LightGBM, with what other models have of `Training` and `Fitted`."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer import metrics
from trainer.checkpoints import Checkpoints, write_whole
from trainer.describe import describe
from trainer.estimators.data import ArrayData, Data, open_data
from trainer.estimators.fitted import Fitted
from trainer.estimators.forest_arrays import to_arrays
from trainer.estimators.log_loss import LogLoss
from trainer.estimators.rounds import Rounds, load_lightgbm
from trainer.estimators.training import Plan, open_writer
from trainer.estimators.tree_params import BOOSTING_NAMES
from trainer.estimators.whole_rows import open_rows
from trainer.heads import Head
from trainer.hooks import EarlyStoppingHook, EvaluationHook, Hook, LoggingHook
from trainer.hooks.base import Context, Steps, has_hook, next_multiple
from trainer.metrics import Evaluation
from trainer.protocols import Batch, TrainState
from trainer.run_config import ResolvedConfig

_LOG = logging.getLogger(__name__)
# Numbers in a table for which one thread is enough.
SMALL = 1 << 17
# What begins a run: no trees.
EMPTY = TrainState({"booster": None, "rounds": np.int32(0)}, {}, {}, np.int32(0))


@dataclass(frozen=True)
class Boosting:
    """What is grown, and how. A state's params are LightGBM's ``booster``, and how many of its ``rounds`` count.

    Attributes:
        params: LightGBM's, by name.
        head: From logits, which trees add up, to the rest.
        config: The rest.
        has_own_params: Whether some of the params are the user's.
        feature_names: What the table of gains calls the features; None are LightGBM's names.
    """

    params: Mapping[str, Any]
    head: Head
    config: ResolvedConfig
    has_own_params: bool = False
    feature_names: Sequence[str] | None = None

    def logits(self, train_state: TrainState, features: np.ndarray) -> np.ndarray:
        """The sums of the leaves of each row, ``(n, logits_dimension)`` float32."""
        booster, rounds = train_state.params["booster"], int(train_state.params["rounds"])
        if booster is None:
            return np.zeros((len(features), self.head.logits_dimension), np.float32)
        found = booster.predict(features, raw_score=True, num_iteration=rounds)
        if self._boosting in ("rf", "random_forest"):  # LightGBM's raw scores are their sum all the same
            found = found / rounds
        return np.asarray(found, np.float32).reshape(len(features), -1)

    @property
    def _boosting(self) -> str:
        return next((str(self.params[name]) for name in BOOSTING_NAMES if name in self.params), "gbdt")

    def evaluate(self, train_state: TrainState, data: ArrayData) -> Evaluation:
        """Returns the metrics over all rows, by name."""
        rows = data.rows
        logits = jnp.asarray(self.logits(train_state, rows.features))
        weights = jnp.ones(len(data)) if rows.weights is None else jnp.asarray(rows.weights)
        return metrics.compute(jax.device_get(self.head.metrics(logits, jnp.asarray(rows.labels), weights)))

    def run(
        self,
        train_state: TrainState,
        data: ArrayData,
        plan: Plan,
        *,
        checkpoints: Checkpoints | None,
        validation: ArrayData | None,
        hooks: Sequence[Hook],
        keep: Callable[[TrainState], None],
    ) -> None:
        """Grows up to the last step, or as many rounds more as the config's steps.

        The last state goes to `keep`, also when an exception ends the training, unless there is no tree yet.

        Raises:
            ValueError: If hooks are to stop early what changes trees that are there.
            Exception: Whatever a hook raised.
        """
        self._check_hooks(hooks)
        rows = data.rows
        # Threads of which each has little to do wait for one another: on a busy machine a round takes a second.
        threads = {"num_threads": 1} if rows.features.size < SMALL else {}
        params = {**threads, **self.params}
        dataset = load_lightgbm().Dataset(
            rows.features, rows.labels.reshape(-1), weight=rows.weights, params=params, free_raw_data=False
        )
        first_step = int(train_state.step)
        with contextlib.ExitStack() as stack:
            config = {} if checkpoints is None else {**describe(dataclasses.asdict(self.config)), **checkpoints.config}
            writer = open_writer(checkpoints, first_step, stack, config)
            rounds = Rounds(
                train_state,
                hooks=[*self._hooks(validation is not None, hooks), *self._savers(checkpoints)],
                writer=writer,
                evaluate=None if validation is None else lambda state: self.evaluate(state, validation),
            )
            stack.callback(lambda: self._finish(rounds, checkpoints, writer, keep))
            last_step = first_step + self.config.steps if plan.last_step is None else plan.last_step
            rounds.run(params, dataset, last_step, self._loss(rows, dataset))

    def _loss(self, rows: Batch, dataset: Any) -> LogLoss | None:
        """Ours for many rows of two classes; None leaves it to LightGBM, as what its own parameters change."""
        is_plain = self.params["objective"] == "binary" and not self.has_own_params
        if not is_plain or rows.features.size < SMALL:
            return None
        dataset.construct()
        # LightGBM takes no objective for a table in which nothing can be split.
        can_split = any(dataset.feature_num_bin(index) > 1 for index in range(dataset.num_feature()))
        return LogLoss(rows.labels.reshape(-1), rows.weights) if can_split else None

    def _check_hooks(self, hooks: Sequence[Hook]) -> None:
        if self._boosting == "dart" and any(isinstance(hook, EarlyStoppingHook) for hook in hooks):
            raise ValueError(
                "boosting must not be 'dart' with an EarlyStoppingHook; got both, and dart goes on to change the trees "
                "of the best round. Leave one of them out."
            )

    def _hooks(self, is_evaluated: bool, others: Sequence[Hook]) -> Iterator[Hook]:
        """Those of the config, then the user's."""
        if not has_hook(LoggingHook, others):
            yield LoggingHook(log_secs=self.config.log_secs, bar=self.config.progress)
        if is_evaluated and not has_hook(EvaluationHook, others):
            yield EvaluationHook(self.config.eval_interval)
        yield from others

    def _savers(self, checkpoints: Checkpoints | None) -> list[Hook]:
        config = self.config
        return (
            [] if checkpoints is None else [TreesHook(checkpoints, config.checkpoint_secs, config.checkpoint_interval)]
        )

    def _finish(
        self, rounds: Rounds, checkpoints: Checkpoints | None, writer: Any, keep: Callable[[TrainState], None]
    ) -> None:
        state = rounds.train_state
        if state.params["booster"] is None:  # it failed before the first round
            return
        keep(state)
        if writer is None or checkpoints is None:
            return
        booster, step = state.params["booster"], int(state.params["rounds"])
        if rounds.error is None:
            gains = booster.feature_importance("gain", iteration=step)
            names = self.feature_names or booster.feature_name()
            table = [[name, float(gain)] for name, gain in zip(names, gains, strict=True)]
            writer.add_table("feature_importances", table, step, columns=["feature", "gain"])
        _save_trees(state, checkpoints, writer)


class TreesHook(Hook):
    """Saves the trees every so many seconds or rounds while they grow; `Boosting` saves them at the end."""

    def __init__(self, checkpoints: Checkpoints, secs: float | None, rounds: int | None) -> None:
        """Takes where to save, and when; None is never."""
        self._checkpoints = checkpoints
        self._secs = secs
        self._rounds = rounds
        self._last_time = time.monotonic()

    def next_step(self, step: int) -> int | None:
        """The next multiple of the interval."""
        return next_multiple(step, self._rounds)

    def run(self, context: Context) -> None:
        """Saves; a failure is a warning, since there are the trees before."""
        self._last_time = time.monotonic()
        try:
            _save_trees(context.train_state, self._checkpoints, context.writer)
        except OSError as error:
            _LOG.warning("Could not save the trees: %s. Continuing with those of %s.", error, self._checkpoints.step)

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Saves if it is time."""
        del steps
        if self._secs is not None and time.monotonic() - self._last_time >= self._secs:
            self.run(context)


def _save_trees(state: TrainState, checkpoints: Checkpoints, writer: Any) -> None:
    """Writes the trees, then the record of the run that names them, and removes those before.

    Raises:
        OSError: If they could not be written.
    """
    step = int(state.params["rounds"])
    text = state.params["booster"].model_to_string(num_iteration=step).encode()

    def flush() -> None:
        write_whole(_trees_file(checkpoints.folder, step), text)
        writer.flush()

    checkpoints.keep_last = 1
    checkpoints.save(step, _without_trees(step), flush=flush, is_last=True)
    for path in checkpoints.folder.glob("trees-*.txt"):
        if path != _trees_file(checkpoints.folder, step):
            path.unlink(missing_ok=True)


class Forest(Fitted):
    """Trees with how they were grown; `training` is a `Boosting`."""

    training: Any

    def continue_from(self, former: Fitted) -> Forest:
        """These settings with the trees of a fit before.

        Raises:
            ValueError: If those were grown for other features, classes or another objective.
        """
        now, was = self._kept(), former._kept() if isinstance(former, Forest) else {}
        for key, value in now.items():
            if value != was.get(key):
                raise ValueError(
                    f"{key} must be that of the fit before with warm_start=True; got {value} after {was.get(key)}. "
                    "Set warm_start=False to begin afresh."
                )
        return dataclasses.replace(self, train_state=former.train_state)

    def _kept(self) -> dict[str, Any]:
        """What trees cannot change while they grow on."""
        described = self.describe()
        model = described["model"]
        return {"head": model["head"], "objective": model["objective"], "features": described["features"]}

    def copy_state(self) -> TrainState:
        """The state itself: growing on leaves it as it is."""
        return self.train_state

    def open(self, features: Any, labels: Any, weights: Any, *, is_training: bool = False) -> Data:
        """Checks data against those of the fit; batches are read into memory.

        Raises:
            ValueError: If something is wrong with them, or their rows have another shape.
        """
        rows = open_rows(features, labels, weights, has_columns=self.reader.columns is not None)
        return open_data(rows, self.reader.read, self.head, is_training=is_training)

    def saved_state(self) -> TrainState:
        """The number of rounds; the trees are a text beside it."""
        return _without_trees(int(self.train_state.params["rounds"]))

    def _predict(self, arrays: Any) -> dict[str, np.ndarray]:
        assert self.head is not None
        found = self.head.predictions(jnp.asarray(self.training.logits(self.train_state, arrays)))
        return {name: np.asarray(value) for name, value in found.items()}

    def for_export(self) -> tuple[Callable[..., dict[str, Any]], dict[str, Any]]:
        """The trees as arrays, and what predicts by them.

        Raises:
            ValueError: If a tree is none of plain splits.
        """
        assert self.head is not None
        params = self.train_state.params
        objective, arrays = to_arrays(params["booster"], int(params["rounds"]), self.head)
        return objective.predict, {"params": arrays, "state": {}}

    def describe(self) -> dict[str, Any]:
        """What must be equal for the run in a model_dir to be continued, as plain JSON values."""
        training = self.training
        model = {"head": describe(self.head), **describe(dict(training.params))}
        return {"model": model, "features": self.reader.describe()}

    def restored(self, checkpoints: Checkpoints) -> Forest:
        """The same with the trees of the newest checkpoint.

        Raises:
            ValueError: If they are damaged or missing.
        """
        step = int(checkpoints.restore(_without_trees(0)).step)
        path = _trees_file(checkpoints.folder, step)
        lightgbm = load_lightgbm()
        try:
            booster = lightgbm.Booster(model_file=path)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(f"{path} must hold the trees of the run; got {error}. Delete the run.") from error
        params = {"booster": booster, "rounds": np.int32(step)}
        return dataclasses.replace(self, train_state=TrainState(params, {}, {}, np.int32(step)))


def _without_trees(step: int) -> TrainState:
    return TrainState({}, {}, {}, np.int32(step))


def _trees_file(folder: Path, step: int) -> Path:
    return folder / f"trees-{step}.txt"
