from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from trainer import heads, layers, passes
from trainer.estimators.network_objective import NetworkObjective
from trainer.inputs import ArrayFeed
from trainer.loop import Loop
from trainer.optimizers import make_optimizer
from trainer.programs import Programs
from trainer.protocols import Batch, TrainState

INPUTS = np.arange(6, dtype=np.float32).reshape(3, 2)


class Watched(layers.Layer):
    """Hands over all that a layer can, and halves its inputs."""

    def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
        passes.add_loss(jnp.sum(inputs))
        passes.add_summary("scalar", "mean", jnp.mean(inputs))
        passes.add_summary("histogram", "values", inputs)
        return inputs / 2, state


def run(inputs: Any, *, is_observed: bool = False) -> passes.Outputs:
    network = layers.Sequential([Watched(), layers.Sequential([Watched(name="inner")], name="tower")])
    with passes.collect(is_observed=is_observed) as collected:
        network.apply({}, {}, inputs)
    return collected.outputs()


def check(outputs: passes.Outputs) -> None:
    tags = ["tower/inner/mean", "tower/inner/values", "watched_0/mean", "watched_0/values"]
    assert sorted(outputs.summaries) == tags
    assert float(outputs.loss) == 15 + 7.5
    assert float(outputs.summaries["tower/inner/mean"].value) == 1.25
    np.testing.assert_array_equal(outputs.summaries["watched_0/values"].value, INPUTS)


def test_pass_collects_losses_and_summaries_under_the_scopes_of_the_layers() -> None:
    check(run(INPUTS))


def test_pass_under_jit_returns_what_was_collected() -> None:
    check(jax.jit(run)(INPUTS))


def test_collected_loss_has_a_gradient() -> None:
    def loss_fn(inputs: Any) -> Any:
        outputs = run(inputs)
        return outputs.loss, outputs

    grads, outputs = jax.jit(jax.grad(loss_fn, has_aux=True))(INPUTS)

    check(outputs)
    np.testing.assert_array_equal(grads, np.full((3, 2), 1.5))


def test_body_of_remat_hands_its_values_out() -> None:
    @jax.checkpoint
    def body(inputs: Any) -> Any:
        with passes.collect() as collected:
            outputs, _ = layers.Sequential([Watched()]).apply({}, {}, jnp.sin(inputs))
        return jnp.sum(outputs), collected.outputs()

    def loss_fn(inputs: Any) -> Any:
        with passes.collect() as collected, passes.scope("block"):
            total, inside = body(inputs)
            passes.extend(inside)
        return collected.added_to(total), collected.summaries

    grads, summaries = jax.jit(jax.grad(loss_fn, has_aux=True))(INPUTS)

    # The body was traced inside the scope, so its tags are whole.
    assert list(summaries) == ["block/watched_0/mean", "block/watched_0/values"]
    np.testing.assert_allclose(grads, 1.5 * np.cos(INPUTS), rtol=1e-6)


def scan_blocks(inputs: Any, finish: Any) -> passes.Outputs:
    def body(carry: Any, _: Any) -> Any:
        with passes.collect() as collected:
            outputs, _ = layers.Sequential([Watched()]).apply({}, {}, carry)
        return outputs, collected.outputs()

    with passes.collect() as collected, passes.scope("repeat_0"):
        _, stacked = jax.lax.scan(body, inputs, length=3)
        passes.extend(finish(stacked))
    return collected.outputs()


def test_scan_over_blocks_has_values_of_each_block() -> None:
    outputs = jax.jit(scan_blocks, static_argnums=1)(INPUTS, passes.split)

    assert float(outputs.loss) == 15 + 7.5 + 3.75
    assert sorted(outputs.summaries)[::2] == [
        "repeat_0/0/watched_0/mean",
        "repeat_0/1/watched_0/mean",
        "repeat_0/2/watched_0/mean",
    ]
    np.testing.assert_array_equal(outputs.summaries["repeat_0/2/watched_0/values"].value, INPUTS / 4)


def test_scan_over_time_has_one_value_of_all_steps() -> None:
    outputs = jax.jit(scan_blocks, static_argnums=1)(INPUTS, passes.join)

    assert float(outputs.summaries["repeat_0/watched_0/mean"].value) == pytest.approx((2.5 + 1.25 + 0.625) / 3)
    assert outputs.summaries["repeat_0/watched_0/values"].value.shape == (3, 3, 2)


def test_nothing_is_kept_without_a_collect() -> None:
    outputs, _ = layers.Sequential([Watched(), Watched()]).apply({}, {}, INPUTS)

    np.testing.assert_array_equal(outputs, INPUTS / 4)
    assert passes.row_mask() is None


def test_mask_holds_inside_of_a_body_too() -> None:
    mask = jnp.array([True, False])

    with passes.collect(row_mask=mask), passes.collect():
        assert passes.row_mask() is mask
    assert passes.row_mask() is None


def test_shared_layer_has_tags_of_each_call() -> None:
    place = layers.Input((2,))
    shared = Watched(name="shared")
    network = layers.Model(place, shared(shared(place)))

    with passes.collect() as collected:
        network.apply({}, {}, INPUTS)

    assert list(collected.summaries) == ["shared/mean", "shared/values", "shared_1/mean", "shared_1/values"]


def test_outputs_of_layers_are_collected_where_they_are_wanted() -> None:
    observed = passes.of_kind(run(INPUTS, is_observed=True).summaries, "activation")

    assert list(observed) == ["activations/watched_0", "activations/tower/inner", "activations/tower"]
    np.testing.assert_array_equal(observed["activations/tower"].value, INPUTS / 4)


def test_observed_outputs_of_blocks_are_numbered() -> None:
    with passes.collect(is_observed=True) as collected:
        inner = jax.jit(lambda: scan_blocks(INPUTS, passes.split))()
        passes.extend(inner)

    assert "activations/repeat_0/1/watched_0" in collected.summaries


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: passes.add_loss(jnp.zeros(3)), r"loss must be a scalar; got shape \(3,\)\."),
        (lambda: passes.add_loss("much"), r"loss must be a scalar; got a str\."),
        (lambda: passes.add_loss(jnp.complex64(1j)), r"loss must be real; got complex64\."),
        (lambda: passes.add_summary("scaler", "a", 1.0), r"kind must be one of scalar, histogram, .*; got 'scaler'\."),
        (lambda: passes.add_summary("scalar", "", 1.0), r"tag must be a non-empty text; got ''\."),
        (lambda: [passes.add_summary("scalar", "a", 1.0) for _ in range(2)], r"once in a step; got 'a' twice\."),
    ],
)
def test_what_does_not_fit_is_refused_while_tracing(call: Any, message: str) -> None:
    with passes.collect(), pytest.raises(ValueError, match=message):
        call()


def test_loop_adds_collected_losses_and_gives_the_mask_of_real_rows() -> None:
    masks: list[Any] = []

    class Penalty(layers.Layer):
        def apply(self, params: Any, state: Any, inputs: Any, *, training: bool = False, key: Any = None) -> Any:
            mask = passes.row_mask()
            masks.append(None if mask is None else (mask.shape, mask.dtype))
            count = jnp.float32(0) if mask is None else jnp.sum(mask)
            passes.add_loss(jnp.float32(100) * count)
            return inputs, state

    rows = Batch(np.ones((5, 2), np.float32), np.zeros((5, 1), np.float32), None)
    network = layers.Sequential([Penalty(), layers.Dense(1, kernel_initializer="zeros")])
    programs = Programs(NetworkObjective(network, heads.RegressionHead()), make_optimizer("sgd", 0.1)[0])
    losses: list[float] = []

    class Recorder:
        def add_scalars_block(self, steps: Any, values: Any, *, walltimes: Any) -> None:
            losses.extend(values["loss"].tolist())

        def add_scalars_at(self, step: int, values: Any) -> None:
            """The rate."""

        def start_flush(self) -> None:
            """There is no file."""

    state: TrainState = programs.init(0, 0.1, rows._replace(weights=np.ones(5, np.float32)))
    Loop(
        programs, ArrayFeed(rows, batch_size=4, num_epochs=1, seed=None), train_state=state, seed=0, writer=Recorder()
    ).run(None)

    assert losses == [400.0, 100.0]  # four rows, then one and three that fill the shape
    assert masks[-1] == ((4,), jnp.bool_)


def test_trace_is_asked_for_as_the_oldest_jax_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ask: Any = passes.get_opaque_trace_state  # its one argument has no default in JAX 0.6.0
    monkeypatch.setattr(passes, "get_opaque_trace_state", lambda convention: ask(convention))

    with passes.collect() as collected:
        assert collected.is_traced_here
