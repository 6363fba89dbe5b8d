"""The guard against NaN, and stopping early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from summaries import load
from trainer import BoostedTreesRegressor, DNNRegressor, Estimator, EstimatorSpec, Mode, RunConfig, heads, hooks, layers

Arrays = tuple[np.ndarray, np.ndarray]


def diverging(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
    """The gradient of the second layer's kernel is the first that is not finite, once its weights have grown."""
    inner = layers.dense(features, units=3)
    outputs = layers.dense(inner, units=1)[:, 0]
    return EstimatorSpec(mode, loss=jnp.mean((outputs - labels) ** 2))


def test_guard_ends_the_training_and_names_step_and_tensor(line: Arrays, tmp_path: Path) -> None:
    estimator = Estimator(diverging, optimizer="sgd", learning_rate=50.0, model_dir=tmp_path)

    with pytest.raises(hooks.NonFiniteError, match=r"must be finite; got NaN or infinity at step \d+") as caught:
        estimator.fit(*line, steps=400)

    run = load(tmp_path).runs["."]
    losses, norms = run.scalars["loss"].values, run.scalars["grad_norm"].values
    first = int(np.flatnonzero(~(np.isfinite(losses) & np.isfinite(norms)))[0]) + 1
    assert caught.value.step in (first, first - 1)
    assert caught.value.tag.split("/")[0] in ("loss", "grads", "params")
    assert run.facts.status.state == "failed"
    assert "must be finite" in run.facts.status.reason


def test_guard_does_not_blame_the_learning_rate_before_anything_was_learned() -> None:
    network = layers.Sequential([layers.Embedding(3, 2), layers.Flatten(), layers.Dense(1)])

    with pytest.raises(
        hooks.NonFiniteError, match=r"at step 1, .* nan\. Look for .* beyond the input_dim of an Embedd"
    ):
        Estimator(network, head=heads.RegressionHead()).fit(np.full((4, 1), 7), np.ones(4), steps=3)


def test_no_checkpoint_holds_a_state_that_is_not_finite(line: Arrays, tmp_path: Path) -> None:
    estimator = Estimator(diverging, optimizer="sgd", learning_rate=50.0, model_dir=tmp_path)

    with pytest.raises(hooks.NonFiniteError):
        estimator.fit(*line, steps=400)

    assert list(tmp_path.glob("checkpoint-*")) == []


def test_guard_names_the_gradient_that_was_first(line: Arrays) -> None:
    @jax.custom_vjp
    def poison(values: Any) -> Any:
        return values

    poison.defvjp(lambda values: (values, None), lambda _, grad: (grad * jnp.nan,))

    class Poisoned(layers.Dense):
        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            return super().apply({**params, "bias": poison(params["bias"])}, state, inputs, training=training, key=key)

    network = layers.Sequential([layers.Dense(3), Poisoned(1, name="sick")])
    with pytest.raises(hooks.NonFiniteError) as caught:
        Estimator(network, head=heads.RegressionHead()).fit(*line, steps=20)

    assert (caught.value.step, caught.value.tag) == (1, "grads/sick/bias")


def test_training_goes_on_without_the_guard(line: Arrays) -> None:
    config = RunConfig(nan_guard=False)
    estimator = Estimator(diverging, optimizer="sgd", learning_rate=50.0, config=config).fit(*line, steps=400)

    assert estimator.n_iter_ == 400


class Metrics:
    """A loop's context for hooks that evaluate."""

    def __init__(self, values: list[float]) -> None:
        self.values = values
        self.step = 0
        self.error: BaseException | None = None
        self.reason = ""
        self.train_state: Any = None

    def evaluate(self) -> dict[str, float]:
        return {"loss": self.values[self.step // 10]}

    def stop(self, reason: str) -> None:
        self.reason = reason


@pytest.mark.parametrize(
    ("values", "options", "stopped", "best"),
    [
        ([9, 5, 4, 4.5, 4.4, 4.3, 1], {"patience": 3}, 50, 20),
        ([9, 5, 4, 4.5, 4.4, 3.9, 3], {"patience": 3}, None, 60),
        ([9, 5, 4.9, 4.8, 4.7], {"patience": 2, "min_delta": 0.5}, 30, 10),
        ([1, 2, 3, 2, 1, 0], {"patience": 2, "direction": "max"}, 40, 20),
        ([9, float("nan"), 4, float("nan"), 5], {"patience": 2}, 40, 20),
    ],
)
def test_early_stopping_waits_for_its_patience(
    values: list[float], options: dict[str, Any], stopped: int | None, best: int
) -> None:
    context: Any = Metrics(values)
    hook = hooks.EarlyStoppingHook(interval=10, restores_best=False, **options)
    hook.begin(context)

    while not context.reason and context.step // 10 < len(values) - 1:
        context.step = hook.next_step(context.step)
        hook.run(context)

    assert (context.step if context.reason else None) == stopped
    assert hook.best_step == best


def test_early_stopping_puts_the_best_params_back_and_the_checkpoint_holds_them(line: Arrays, tmp_path: Path) -> None:
    features, labels = line
    seen: dict[int, float] = {}

    class Witness(hooks.Hook):
        def next_step(self, step: int) -> int | None:
            return hooks.next_multiple(step, 5)

        def run(self, context: hooks.Context) -> None:
            seen[context.step] = context.evaluate()["loss"]

    early = hooks.EarlyStoppingHook("loss", interval=5, patience=2)
    config = RunConfig(eval_interval=5)
    estimator = DNNRegressor([8], learning_rate=0.3, model_dir=tmp_path, config=config)
    # Labels of the validation data that training can only leave: the best is early.
    estimator.fit(features, labels, steps=400, validation_data=(features, -labels), hooks=[Witness(), early])

    assert early.best_step == min(seen, key=seen.__getitem__) < max(seen)
    assert estimator.evaluate(features, -labels)["loss"] == pytest.approx(min(seen.values()), rel=1e-5)
    again = DNNRegressor([8], learning_rate=0.3, model_dir=tmp_path, config=config).fit(*line, steps=estimator.n_iter_)
    np.testing.assert_array_equal(again.predict(features), estimator.predict(features))


@pytest.mark.parametrize(
    ("config", "others"),
    [(RunConfig(eval_interval=5), []), (RunConfig(), [hooks.EvaluationHook(5)])],
    ids=["config", "hook"],
)
@pytest.mark.parametrize("model", [DNNRegressor([8], learning_rate=0.3), BoostedTreesRegressor()])
def test_early_stopping_counts_the_evaluations_that_there_are(
    model: Any, config: RunConfig, others: list[hooks.Hook], line: Arrays
) -> None:
    class Last(hooks.Hook):
        def end(self, context: hooks.Context) -> None:
            self.step = context.step

    model.set_params(config=config)
    early, last = hooks.EarlyStoppingHook("loss", patience=2), Last()

    # Labels of the validation data that training can only leave.
    model.fit(*line, steps=60, validation_data=(line[0], -line[1]), hooks=[*others, early, last])

    assert early.best_step is not None
    assert last.step == early.best_step + 10 < 60


def test_early_stopping_without_validation_data_is_refused(line: Arrays) -> None:
    with pytest.raises(ValueError, match=r"metric of EarlyStoppingHook must be a metric of .*; got 'loss' without any"):
        DNNRegressor([8]).fit(*line, steps=10, hooks=[hooks.EarlyStoppingHook()])


def test_stop_at_step_is_exact(line: Arrays) -> None:
    assert DNNRegressor([8]).fit(*line, steps=100, hooks=[hooks.StopAtStepHook(37)]).n_iter_ == 37


def test_hooks_that_end_after_early_stopping_evaluate_the_params_that_it_restored(
    line: tuple[np.ndarray, np.ndarray],
) -> None:
    class Last(hooks.Hook):
        def end(self, context: hooks.Context) -> None:
            self.loss = context.evaluate()["loss"]

    early, last, data = hooks.EarlyStoppingHook("loss", interval=5, patience=2), Last(), (line[0], -line[1])
    model = DNNRegressor([8], learning_rate=0.1).fit(*line, steps=200, validation_data=data, hooks=[early, last])

    assert early.best_step != model.n_iter_
    assert last.loss == pytest.approx(model.evaluate(*data)["loss"])
