"""How many programs are compiled, and how many steps one call does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import Estimator, RunConfig, heads, hooks, layers
from trainer.estimators.network_objective import NetworkObjective
from trainer.inputs import ArrayFeed, IterableFeed
from trainer.loop import Loop
from trainer.optimizers import make_optimizer
from trainer.performance import compile_count
from trainer.programs import Programs
from trainer.protocols import Batch, TrainState

IMAGES = np.random.default_rng(0).normal(size=(40, 6, 6, 1)).astype(np.float32)
LABELS = (np.arange(40) % 3).astype(np.int32)
ROWS = Batch(IMAGES, LABELS, None)
EXAMPLE = ROWS._replace(weights=np.ones(40, np.float32))


class ForeignConv(layers.Layer):
    """A convolution as others write it."""

    def init(self, key: Any, example: Any) -> Any:
        return {"kernel": jax.random.normal(key, (3, 3, 1, 2)) / 3}, {}

    def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
        dimensions = ("NHWC", "HWIO", "NHWC")
        outputs = jax.lax.conv_general_dilated(inputs, params["kernel"], (1, 1), "SAME", dimension_numbers=dimensions)
        return outputs.reshape(len(inputs), -1), state


def make_programs(*first: Any) -> Programs:
    network = layers.Sequential([*first, layers.Dropout(0.25), layers.Dense(3)])
    return Programs(NetworkObjective(network, heads.MultiClassHead(3)), make_optimizer("adam", 0.01)[0])


def train(programs: Programs, feed: Any, last_step: int | None, **options: Any) -> TrainState:
    return Loop(programs, feed, train_state=programs.init(0, 0.01, EXAMPLE), seed=0, **options).run(last_step)


def assert_same(one: Any, other: Any) -> None:
    jax.tree.map(np.testing.assert_array_equal, jax.device_get(one), jax.device_get(other))


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="only a CPU runs convolutions slowly in a loop")
def test_foreign_convolution_is_dispatched_step_by_step_on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = make_programs(ForeignConv())
    feed = ArrayFeed(ROWS, batch_size=8, seed=0)
    chunks: list[int] = []

    class Watch(hooks.Hook):
        def after_chunk(self, context: hooks.Context, steps: hooks.Steps) -> None:
            chunks.append(steps.count)

    state = train(programs, feed, 30, hooks=[Watch()])

    assert chunks == [1] * 30
    assert programs.last_train is not None
    assert programs.last_train.pace.capacity == 1
    # The same as in a loop, which other machines use.
    monkeypatch.setattr(jax, "default_backend", lambda: "tpu")
    looped = make_programs(ForeignConv())
    expected = train(looped, ArrayFeed(ROWS, batch_size=8, seed=0), 30)
    assert looped.last_train is not None
    assert looped.last_train.pace.capacity > 1
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), state.params, expected.params)


def test_foreign_convolution_trains_on_batches_read_ahead() -> None:
    orders = ArrayFeed(ROWS, batch_size=8, seed=0).take(60)
    assert orders is not None

    def batches() -> Iterator[Batch]:
        for order in orders.payload[:60]:
            yield Batch(IMAGES[order], LABELS[order], np.ones(8, np.float32))

    programs = make_programs(ForeignConv())
    from_batches = train(programs, IterableFeed(batches(), lambda item, number: item), None)

    expected = train(programs, ArrayFeed(ROWS, batch_size=8, seed=0), 60)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), from_batches.params, expected.params)


def test_fit_compiles_each_program_once_whatever_the_intervals(tmp_path: Path) -> None:
    counter = compile_count()
    network = layers.Sequential([layers.Flatten(), layers.Dropout(0.25), layers.Dense(3)])

    def fit(folder: str, steps: int, **config: Any) -> int:
        before = counter.count
        estimator = Estimator(
            network, head=heads.MultiClassHead(3), model_dir=tmp_path / folder, config=RunConfig(**config)
        )
        estimator.fit(IMAGES, LABELS, steps=steps, validation_data=(IMAGES, LABELS), hooks=[Ask()])
        return counter.count - before

    first = fit("a", 37, summary_interval=7, eval_interval=5, checkpoint_interval=11)

    assert first == 4  # init, train, dump, evaluate
    assert fit("b", 61, summary_interval=13, eval_interval=3, checkpoint_interval=2) == 0


def test_copies_of_a_state_are_one_program() -> None:
    counter = compile_count()
    estimator = Estimator(
        layers.Sequential([layers.Flatten(), layers.Dense(5), layers.Dense(3)]), head=heads.MultiClassHead(3)
    )
    early = hooks.EarlyStoppingHook("loss", interval=2)

    def fit(more: list[hooks.Hook]) -> int:
        before = counter.count
        estimator.fit(IMAGES, LABELS, steps=4, validation_data=(IMAGES, LABELS), hooks=more)
        return counter.count - before

    assert fit([]) == 3  # init, train, evaluate
    assert fit([early]) == 1
    before = counter.count
    for _ in range(2):
        estimator.partial_fit(IMAGES, LABELS, steps=2)
    assert counter.count - before == 1  # of the whole state


class Ask(hooks.Hook):
    """A hook that is due at odd steps."""

    def next_step(self, step: int) -> int | None:
        return step + 1 + step % 4


@pytest.mark.parametrize("capacity", [1, 3, 50])
def test_one_seed_is_one_trajectory_whatever_the_chunks(capacity: int) -> None:
    programs = make_programs(layers.Flatten())

    state = train(programs, ArrayFeed(ROWS, batch_size=8, seed=0, capacity=capacity), 40)

    whole = train(programs, ArrayFeed(ROWS, batch_size=8, seed=0), 40, hooks=[Ask()])
    assert_same(state, whole)


def test_another_seed_is_another_trajectory() -> None:
    programs = make_programs(layers.Flatten())
    feeds = [ArrayFeed(ROWS, batch_size=8, seed=seed) for seed in (0, 1)]

    one, other = (train(programs, feed, 10).params["dense_0"]["kernel"] for feed in feeds)

    assert not jnp.array_equal(one, other)


def test_at_most_two_chunks_are_on_their_way() -> None:
    programs = make_programs(layers.Flatten())
    most: list[int] = []

    class Watch(hooks.Hook):
        def after_chunk(self, context: hooks.Context, steps: hooks.Steps) -> None:
            most.append(context.step - steps.last_step)

    train(programs, ArrayFeed(ROWS, batch_size=8, seed=0, capacity=4), 60, hooks=[Watch()])

    assert max(most) <= 4  # of one chunk that runs while this one is told
    assert most[-1] == 0
