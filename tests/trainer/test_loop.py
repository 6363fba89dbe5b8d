from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from summaries import SummaryWriter, load
from trainer import heads, hooks, layers
from trainer.estimators.network_objective import NetworkObjective
from trainer.inputs import ArrayFeed, IterableFeed
from trainer.loop import Loop
from trainer.optimizers import make_optimizer
from trainer.programs import Programs
from trainer.protocols import Batch, TrainState

FEATURES = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
LABELS = (np.arange(20) % 3).astype(np.int32)
ROWS = Batch(FEATURES, LABELS, None)
EXAMPLE = ROWS._replace(weights=np.ones(20, np.float32))


@pytest.fixture(scope="module")
def programs() -> Programs:
    network = layers.Sequential([layers.Dense(6, "relu"), layers.Dropout(0.25), layers.Dense(3)])
    return Programs(NetworkObjective(network, heads.MultiClassHead(3)), make_optimizer("adam", 0.01)[0])


def start(programs: Programs) -> TrainState:
    return programs.init(0, 0.01, EXAMPLE)


def feed(**options: Any) -> ArrayFeed:
    return ArrayFeed(ROWS, batch_size=8, seed=0, **options)


class Every(hooks.Hook):
    """Notes the steps at which it was called, and does something."""

    def __init__(self, interval: int, action: Any = None) -> None:
        self.interval = interval
        self.steps: list[int] = []
        self.action = action
        self.ended: list[BaseException | None] = []

    def next_step(self, step: int) -> int | None:
        return hooks.next_multiple(step, self.interval)

    def run(self, context: hooks.Context) -> None:
        self.steps.append(context.step)
        if self.action is not None:
            self.action(context)

    def end(self, context: hooks.Context) -> None:
        self.ended.append(context.error)


def run(programs: Programs, last_step: int | None, **options: Any) -> Loop:
    loop = Loop(programs, options.pop("feed", None) or feed(), train_state=start(programs), seed=0, **options)
    loop.run(last_step)
    return loop


def assert_same(one: TrainState, other: TrainState) -> None:
    jax.tree.map(np.testing.assert_array_equal, jax.device_get(one), jax.device_get(other))


def test_loop_trains_as_a_loop_by_hand_with_optax() -> None:
    network = layers.Sequential([layers.Dense(6, "relu"), layers.Dense(3)])
    programs = Programs(NetworkObjective(network, heads.MultiClassHead(3)), make_optimizer("adam", 0.01)[0])
    params = start(programs).params
    optimizer = optax.adam(0.01)
    opt_state = optimizer.init(params)
    batches = feed().take(30)
    assert batches is not None

    for order in batches.payload[:30]:

        def loss_fn(params: Any, order: np.ndarray = order) -> jax.Array:
            logits = jax.nn.relu(FEATURES[order] @ params["dense_0"]["kernel"] + params["dense_0"]["bias"])
            logits = logits @ params["dense_1"]["kernel"] + params["dense_1"]["bias"]
            return optax.softmax_cross_entropy_with_integer_labels(logits, LABELS[order]).mean()

        updates, opt_state = optimizer.update(jax.grad(loss_fn)(params), opt_state)
        params = optax.apply_updates(params, updates)

    ours = run(programs, 30).train_state.params
    jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-5), ours, params)


def test_trajectory_does_not_depend_on_hooks_and_dumps(programs: Programs) -> None:
    plain = run(programs, 50)
    dumped = run(programs, 50, hooks=[Every(7, lambda context: context.dump()), Every(3)])

    assert_same(dumped.train_state, plain.train_state)


def test_hooks_are_called_at_exactly_the_steps_that_they_name(programs: Programs) -> None:
    sevens, tens = Every(7), Every(10)

    run(programs, 40, hooks=[sevens, tens])

    assert sevens.steps == [7, 14, 21, 28, 35]
    assert tens.steps == [10, 20, 30, 40]
    assert sevens.ended == [None]


def test_training_program_compiles_once_whatever_the_hooks_and_totals(programs: Programs) -> None:
    compiled: list[str] = []
    run(programs, 1)

    def listen(event: str, secs: float, **kwargs: Any) -> None:
        del secs, kwargs
        compiled.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        run(programs, 23, hooks=[Every(7), Every(10)])
        run(programs, 5)
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)

    assert [event for event in compiled if "backend_compile" in event] == []


def test_dump_counts_params_after_the_step_and_the_gradients_of_the_next(programs: Programs) -> None:
    dumps: list[tuple[int, float, float]] = []

    def dump(context: hooks.Context) -> None:
        found = context.dump()
        kernel = context.train_state.params["dense_0"]["kernel"]
        moments = dict(zip(found.tags, np.asarray(found.moments), strict=True))
        squares = float(sum(row[4] for tag, row in moments.items() if tag.startswith("grads/")))
        dumps.append((context.step, float(moments["params/dense_0/kernel"][3] - jnp.sum(kernel)), squares**0.5))

    metrics: dict[int, float] = {}

    class Recorder:
        def add_scalars_block(self, steps: Any, values: Any, *, walltimes: Any) -> None:
            metrics.update(zip(steps.tolist(), values["grad_norm"].tolist(), strict=True))

        def add_scalars_at(self, step: int, values: Any) -> None:
            """The rate."""

        def start_flush(self) -> None:
            """There is no file."""

    run(programs, 20, hooks=[Every(5, dump)], writer=Recorder())

    for step, difference, norm in dumps[:3]:
        assert difference == pytest.approx(0, abs=1e-5)
        assert norm == pytest.approx(metrics[step + 1], rel=1e-4)


def test_every_step_is_logged_in_order_with_growing_wall_times(programs: Programs, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        run(programs, 70, writer=writer, hooks=[Every(9)])

    series = load(tmp_path).runs["."].scalars
    assert [tag for tag in sorted(series) if "/" not in tag] == ["grad_norm", "learning_rate", "loss", "update_ratio"]
    assert series["loss"].steps.tolist() == list(range(1, 71))
    assert (np.diff(series["loss"].wall_times) >= 0).all()
    assert series["learning_rate"].values == pytest.approx(np.full(70, 0.01))


def test_stop_ends_after_the_hooks_of_the_step(programs: Programs) -> None:
    stopper, other = Every(10, lambda context: context.stop("enough")), Every(10)

    loop = run(programs, 100, hooks=[stopper, other])

    assert loop.step == 10
    assert loop.is_stopped
    assert other.steps == [10]


def test_stop_hook_asks_its_condition_at_its_interval(programs: Programs) -> None:
    loop = run(programs, 100, hooks=[hooks.StopHook(lambda context: context.step >= 15, interval=5)])

    assert loop.step == 15


def test_failure_of_a_hook_ends_the_training_after_the_end_of_all_hooks(programs: Programs) -> None:
    def fail(context: hooks.Context) -> None:
        raise RuntimeError("no")

    witness = Every(100)
    with pytest.raises(RuntimeError, match="no"):
        run(programs, 100, hooks=[Every(10, fail), witness])

    assert [str(error) for error in witness.ended] == ["no"]


def test_epochs_end_the_feed_and_weigh_the_short_batch_exactly() -> None:
    network = layers.Sequential([layers.Dense(1)])
    programs = Programs(NetworkObjective(network, heads.RegressionHead()), make_optimizer("sgd", 0.1)[0])
    rows = Batch(FEATURES[:5], FEATURES[:5, :1] * 2, None)
    losses: list[float] = []

    class Recorder:
        def add_scalars_block(self, steps: Any, values: Any, *, walltimes: Any) -> None:
            losses.extend(values["loss"].tolist())

        def add_scalars_at(self, step: int, values: Any) -> None:
            """The rate."""

        def start_flush(self) -> None:
            """There is no file."""

    example = rows._replace(weights=np.ones(5, np.float32))
    loop = Loop(
        programs,
        ArrayFeed(rows, batch_size=4, num_epochs=1, seed=None),
        train_state=programs.init(0, 0.1, example),
        seed=0,
        writer=Recorder(),
        hooks=[],
    )
    before = jax.device_get(programs.init(0, 0.1, example).params["dense_0"])
    loop.run(None)

    first = ((rows.features[:4] @ before["kernel"] + before["bias"] - rows.labels[:4]) ** 2).mean()
    assert loop.step == 2
    assert losses[0] == pytest.approx(float(first), rel=1e-5)
    kernel = before["kernel"] - 0.1 * _gradient(before, rows, slice(0, 4))[0]
    bias = before["bias"] - 0.1 * _gradient(before, rows, slice(0, 4))[1]
    second = float(((rows.features[4:] @ kernel + bias - rows.labels[4:]) ** 2).mean())
    assert losses[1] == pytest.approx(second, rel=1e-4)


def _gradient(params: Any, rows: Batch, part: slice) -> tuple[np.ndarray, np.ndarray]:
    """Of the mean squared error of a linear model, by hand."""
    errors = rows.features[part] @ params["kernel"] + params["bias"] - rows.labels[part]
    return 2 * rows.features[part].T @ errors / len(errors), 2 * errors.mean(axis=0)


def test_iterable_of_batches_trains_as_the_arrays_do(programs: Programs) -> None:
    orders = feed().take(30)
    assert orders is not None

    def batches() -> Iterator[Batch]:
        for order in orders.payload[:30]:
            yield Batch(FEATURES[order], LABELS[order], np.ones(8, np.float32))

    from_arrays = run(programs, 30)
    from_iterable = run(programs, None, feed=IterableFeed(batches(), lambda item, number: item))

    assert from_iterable.step == 30
    jax.tree.map(
        lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6),
        jax.device_get(from_iterable.train_state.params),
        jax.device_get(from_arrays.train_state.params),
    )


def test_state_of_layers_is_carried_from_step_to_step() -> None:
    class Counter(layers.Layer):
        def init(self, key: Any, example: Any) -> Any:
            return {}, {"count": jnp.int32(0)}

        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            return inputs, {"count": state["count"] + training}

    network = layers.Sequential([Counter(), layers.Dense(3)])
    programs = Programs(NetworkObjective(network, heads.MultiClassHead(3)), make_optimizer("sgd", 0.1)[0])

    assert int(run(programs, 12).train_state.state["counter_0"]["count"]) == 12
