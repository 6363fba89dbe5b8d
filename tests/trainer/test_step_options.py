"""Ways to compute a step that change memory or what is trained, each beside the plain one or Optax by hand."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from summaries import load
from trainer import DNNClassifier, Estimator, EstimatorSpec, Mode, RunConfig, heads, layers
from trainer.estimators.network_objective import NetworkObjective
from trainer.inputs import ArrayFeed
from trainer.jaxprs import iter_primitives
from trainer.loop import Loop
from trainer.optimizers import make_optimizer
from trainer.programs import Programs
from trainer.protocols import Batch, TrainState
from trainer.step import Step
from trainer.step_options import StepOptions

FEATURES = np.random.default_rng(0).normal(size=(24, 4)).astype(np.float32)
LABELS = (np.arange(24) % 3).astype(np.int32)
BATCH = Batch(FEATURES, LABELS, np.ones(24, np.float32))
NETWORK = layers.Sequential([layers.Dense(6, "tanh"), layers.Dense(3, kernel_regularizer=layers.regularizers.L2(0.1))])
OBJECTIVE = NetworkObjective(NETWORK, heads.MultiClassHead(3))


def steps_of(options: StepOptions, count: int = 5, optimizer: Any = "sgd", batch: Batch = BATCH) -> tuple[Any, Any]:
    """Params after some steps, and the numbers of the last."""
    made, start = make_optimizer(optimizer, None)
    programs = Programs(OBJECTIVE, made, options)
    state = programs.init(0, start, BATCH)
    step = jax.jit(Step(OBJECTIVE, made, options).run)
    metrics: Any = {}
    for _ in range(count):
        state, metrics, _ = step(state, batch, np.uint32(0))
    return state.params, jax.device_get(metrics)


@functools.cache
def plain_steps() -> tuple[Any, Any]:
    """As `steps_of`, without options."""
    return steps_of(StepOptions())


def assert_close(one: Any, other: Any) -> None:
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6), one, other)


@pytest.mark.parametrize(
    "options",
    [
        StepOptions(accumulation_steps=4),
        StepOptions(accumulation_steps=7),
        StepOptions(accumulation_steps=100),
        StepOptions(remat=True),
        StepOptions(loss_scale=1024.0),
        StepOptions(clip_norm=1e6),
        StepOptions(clip_value=1e6),
        StepOptions(trainable=("*",)),
    ],
    ids=str,
)
def test_option_that_only_saves_memory_gives_the_same_params_and_numbers(options: StepOptions) -> None:
    params, metrics = steps_of(options)

    plain_params, plain_metrics = plain_steps()
    assert_close(params, plain_params)
    assert_close(metrics, plain_metrics)


def test_parts_of_a_batch_count_by_their_rows() -> None:
    weights = np.where(np.arange(24) < 9, 1, 0).astype(np.float32)

    params, metrics = steps_of(StepOptions(accumulation_steps=3), batch=BATCH._replace(weights=weights))

    plain_params, plain_metrics = steps_of(StepOptions(), batch=BATCH._replace(weights=weights))
    assert_close(params, plain_params)
    assert_close(metrics, plain_metrics)


def test_remat_keeps_products_and_computes_the_rest_again() -> None:
    made, start = make_optimizer("sgd", None)
    programs = Programs(OBJECTIVE, made)
    state = programs.init(0, start, BATCH)

    def primitives(options: StepOptions) -> list[str]:
        run = Step(OBJECTIVE, made, options).run
        return list(iter_primitives(jax.make_jaxpr(run)(state, BATCH, np.uint32(0))))

    plain, again = primitives(StepOptions()), primitives(StepOptions(remat=True))
    assert again.count("dot_general") == plain.count("dot_general")
    assert again.count("tanh") == 2 * plain.count("tanh") == 2


@pytest.mark.parametrize(
    ("options", "transformation"),
    [
        (StepOptions(clip_norm=0.1), optax.chain(optax.clip_by_global_norm(0.1), optax.sgd(1e-2))),
        (StepOptions(clip_value=0.01), optax.chain(optax.clip(0.01), optax.sgd(1e-2))),
    ],
)
def test_clipped_training_is_that_of_optax_and_the_norm_is_logged_as_it_was(
    options: StepOptions, transformation: Any
) -> None:
    params, metrics = steps_of(options, count=1)

    expected, plain = steps_of(StepOptions(), count=1, optimizer=transformation)
    assert_close(params, expected)
    assert metrics["grad_norm"] == pytest.approx(plain["grad_norm"], rel=1e-5)
    assert metrics["grad_norm"] > 0.1


def test_frozen_params_stay_and_have_no_gradient_and_no_moments() -> None:
    made, start = make_optimizer("adamw", 0.1)
    options = StepOptions(trainable=("dense_1/*",))
    programs = Programs(OBJECTIVE, made, options)
    state: TrainState = programs.init(0, start, BATCH)
    before = jax.device_get(state.params)

    feed = ArrayFeed(BATCH._replace(weights=None), batch_size=8, seed=0)
    loop = Loop(programs, feed, train_state=state, seed=0)
    after = jax.device_get(loop.run(20).params)

    assert_close(after["dense_0"], before["dense_0"])
    assert np.abs(after["dense_1"]["kernel"] - before["dense_1"]["kernel"]).max() > 0.1
    assert loop.tags == ("dense_1/bias", "dense_1/kernel")
    sizes = [leaf.size for leaf in jax.tree.leaves(loop.train_state.opt_state)]
    assert sizes.count(18) == 2  # mu and nu of the trained kernel
    assert 24 not in sizes


@pytest.mark.parametrize(
    ("is_trained", "patterns", "moves"),
    [(True, None, True), (False, None, False), (True, ("dense_0/*",), False), (True, ("*/bias", "base/b*"), True)],
    ids=["whole", "layer", "pattern", "pattern of base"],
)
def test_statistics_move_where_something_of_their_layer_is_trained(
    is_trained: bool, patterns: tuple[str, ...] | None, moves: bool
) -> None:
    inner = [layers.Dense(6), layers.BatchNormalization(name="bn")]
    base = layers.Sequential(inner, name="base", trainable=is_trained)
    network = layers.Sequential([base, layers.Dense(3)])
    config = RunConfig(trainable=patterns)

    estimator = Estimator(network, head=heads.MultiClassHead(3), config=config).fit(FEATURES, LABELS, steps=3)

    assert bool(np.any(np.asarray(estimator.state_["base"]["bn"]["moving_mean"]) != 0)) is moves


@pytest.mark.parametrize(("patterns", "moves"), [(("dense_1/*",), False), (("[bd]*/*",), True)])
def test_statistics_of_a_layer_without_weights_move_where_a_pattern_names_it(
    patterns: tuple[str, ...], moves: bool
) -> None:
    normalization = layers.BatchNormalization(center=False, scale=False, name="bn")
    network = layers.Sequential([layers.Dense(6), normalization, layers.Dense(3)])
    config = RunConfig(trainable=patterns)

    estimator = Estimator(network, head=heads.MultiClassHead(3), config=config).fit(FEATURES, LABELS, steps=3)

    assert bool(np.any(np.asarray(estimator.state_["bn"]["moving_mean"]) != 0)) is moves


def test_frozen_layer_and_pattern_without_a_param(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"trainable must be patterns of names of weights; got 'dens/\*', which fits"):
        DNNClassifier([4], model_dir=tmp_path / "run", config=RunConfig(trainable="dens/*")).fit(FEATURES, LABELS)

    assert not (tmp_path / "run").exists()


def test_optimizers_by_patterns_are_those_of_optax(tmp_path: Path) -> None:
    optimizer = {"dense_1/*": ("sgd", 0.5), "*/bias": optax.sgd(0.0), "*": "adam"}
    network = layers.Sequential([layers.Dense(6, "tanh"), layers.Dense(3)])
    estimator = Estimator(network, head=heads.MultiClassHead(3), optimizer=optimizer, model_dir=tmp_path)

    estimator.fit(FEATURES, LABELS, steps=20)

    objective = NetworkObjective(network, heads.MultiClassHead(3))
    labels = {"dense_0": {"kernel": "a", "bias": "z"}, "dense_1": {"kernel": "s", "bias": "s"}}
    by_hand = optax.multi_transform({"a": optax.adam(1e-3), "z": optax.sgd(0.0), "s": optax.sgd(0.5)}, labels)
    expected = Estimator(network, head=heads.MultiClassHead(3), optimizer=by_hand).fit(FEATURES, LABELS, steps=20)
    assert objective.pads_batches
    assert_close(estimator.params_, expected.params_)
    scalars = load(tmp_path).runs["."].scalars
    assert scalars["learning_rate"].values == pytest.approx(np.full(20, 1e-3))
    assert scalars["learning_rate/dense_1"].values == pytest.approx(np.full(20, 0.5))


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        ({"dense_0/*": "adam"}, r"optimizer must have a pattern for every param; got none for dense_1/bias\."),
        (
            {"*": "adam", "dense_0/*": "sgd"},
            r"patterns that fit params; got 'dense_0/\*', which is the first to fit none",
        ),
        ({}, r"optimizer must have a pattern; got an empty dict\."),
        ({"*": {"*": "adam"}}, r"optimizer of '\*' must be one; got a dict\."),
        ({"*": "adamm"}, r"optimizer must be the name of an Optax optimizer; got 'adamm'\."),
    ],
)
def test_wrong_patterns_are_refused(optimizer: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        DNNClassifier([4], optimizer=optimizer).fit(FEATURES, LABELS, steps=1)


def test_parts_without_a_row_leave_the_statistics_of_batches_alone() -> None:
    network = layers.Sequential([layers.BatchNormalization(momentum=0.5), layers.Dense(3)])
    rows = FEATURES[:3], LABELS[:3]

    config = RunConfig(accumulation_steps=2)
    estimator = Estimator(network, head=heads.MultiClassHead(3), learning_rate=1e-9, config=config)

    estimator.fit([(FEATURES[:8], LABELS[:8]), rows])

    mean = estimator.state_["batch_normalization_0"]["moving_mean"]

    of_halves = [FEATURES[:4].mean(axis=0), FEATURES[4:8].mean(axis=0), rows[0].mean(axis=0)]
    expected = np.zeros_like(mean)
    for batch_mean in of_halves:  # the second half of the short last batch holds nothing
        expected = 0.5 * expected + 0.5 * batch_mean
    np.testing.assert_allclose(mean, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("steps", [3, 4, 100])
def test_parts_of_a_model_fn_are_as_many_as_asked_for_and_together_the_batch(steps: int) -> None:
    seen: set[int] = set()

    def model_fn(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
        seen.add(len(features))
        return EstimatorSpec(mode, loss=jnp.mean((layers.dense(features, units=1)[:, 0] - labels) ** 2))

    def train(config: RunConfig) -> Any:
        estimator = Estimator(model_fn, optimizer="sgd", learning_rate=0.1, config=config)
        return estimator.fit(FEATURES[:21], LABELS[:21], epochs=1)  # the last batch has 3 rows of the 9 of others

    whole = train(RunConfig(batch_size=9))
    seen.clear()
    parts = train(RunConfig(batch_size=9, accumulation_steps=steps))

    assert parts.n_iter_ == 3
    assert seen - {9, 21} == {3: {3, 1}, 4: {3, 1}, 100: {1}}[steps]
    for found, expected in zip(jax.tree.leaves(parts.params_), jax.tree.leaves(whole.params_), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_penalties_and_constraints_of_layers_are_part_of_the_training() -> None:
    regular = layers.regularizers.L2(1e3)
    network = layers.Sequential(
        [layers.Dense(6, kernel_regularizer=regular), layers.Dense(3, kernel_constraint="non_neg")]
    )
    estimator = Estimator(network, head=heads.MultiClassHead(3), optimizer="sgd", learning_rate=1e-4)

    estimator.fit(FEATURES, LABELS, steps=60)

    assert np.abs(estimator.params_["dense_0"]["kernel"]).max() < 0.01
    assert np.min(estimator.params_["dense_1"]["kernel"]) >= 0


def test_precision_of_the_config_holds_for_training_and_prediction() -> None:
    seen: list[Any] = []

    class Witness(layers.Layer):
        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            seen.append((training, inputs.dtype))
            return inputs, state

    network = layers.Sequential([layers.Dense(6), Witness(), layers.Dense(3)])
    config = RunConfig(precision="mixed_bfloat16")
    estimator = Estimator(network, head=heads.MultiClassHead(3), config=config).fit(FEATURES, LABELS, steps=3)
    estimator.predict(FEATURES)

    assert {dtype for _, dtype in seen} == {jnp.dtype("bfloat16")}
    assert {training for training, _ in seen} == {True, False}
    assert estimator.params_["dense_0"]["kernel"].dtype == jnp.float32


@pytest.mark.parametrize("one", [np.array(1.0), np.float32(1.0), jnp.float32(1.0)])
def test_numbers_of_a_config_may_be_those_of_numpy_or_jax(one: Any) -> None:
    config = RunConfig(clip_norm=one, log_secs=one, keep_checkpoints=one.astype(int))

    assert config == RunConfig(clip_norm=1.0, log_secs=1.0, keep_checkpoints=1)
    assert isinstance(hash(config.step_options), int)


def test_array_that_is_no_number_above_0_is_refused() -> None:
    with pytest.raises(ValueError, match=r"clip_norm must be positive; got Array\(0\."):
        RunConfig(clip_norm=jnp.float32(0.0))
    with pytest.raises(ValueError, match=r"clip_norm must be positive; got array\(\[1\.\]\)"):
        RunConfig(clip_norm=np.ones(1))
