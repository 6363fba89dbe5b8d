"""Graphs of training steps over NNX and Equinox modules, as the steps of real programs are written."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]
import pytest

from summaries.adapters.jax_graph import graph_from_jaxpr, graph_of_function, graph_of_module, named_calls

equinox = pytest.importorskip("equinox")
nnx = pytest.importorskip("flax.nnx")

FEATURES = jnp.ones((2, 4))


class Outer(nnx.Module):
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, x: jax.Array) -> jax.Array:
        result: jax.Array = self.inner(x)
        return result


class Static(nnx.Module):
    @staticmethod
    def __call__(x: jax.Array) -> jax.Array:
        return jnp.tanh(x)


class OfClass(nnx.Module):
    @classmethod
    def __call__(cls, x: jax.Array) -> jax.Array:
        return jnp.tanh(x)


class Jitted(nnx.Module):
    def __init__(self) -> None:
        self.dense = linear()

    @nnx.jit
    def __call__(self, x: jax.Array) -> jax.Array:
        result: jax.Array = self.dense(x)
        return result


class Unordered(equinox.Module):  # type: ignore[misc]
    dense: Any
    scales: Any = equinox.field(static=True)

    def __call__(self, x: jax.Array) -> jax.Array:
        result: jax.Array = self.dense(x) * self.scales[1]
        return result


def linear() -> Any:
    return nnx.Linear(4, 4, rngs=nnx.Rngs(0))


def mean_square(outputs: jax.Array) -> jax.Array:
    return jnp.mean(outputs**2)


def nnx_step(model: Any, optimizer: Any, batch: Any, mode: str, loss_fn: Callable[[jax.Array], jax.Array]) -> Any:
    assert mode == "train"
    loss, grads = nnx.value_and_grad(lambda model: loss_fn(model(batch["features"])))(model)
    optimizer.update(model, grads)
    return loss, mode


def names(function: Any, *args: Any, **kwargs: Any) -> set[str]:
    return {node.name for node in graph_of_function(function, args, kwargs)[0].node}


def test_a_step_of_an_nnx_module_takes_words_and_functions_beside_it() -> None:
    model = Outer(linear())
    optimizer = nnx.Optimizer(model, optax.yogi(0.1), wrt=nnx.Param)
    batch = {"features": jax.ShapeDtypeStruct((2, 4), jnp.float32), "file": "a.npz"}

    logged = names(nnx_step, model, optimizer, batch, mode="train", loss_fn=mean_square)

    assert {"forward/inner/kernel", "forward/batch/features", "backward/inner/dot_general", "update/step"} <= logged
    assert "update/inner/kernel/opt_state_mu" in logged


def test_a_step_of_an_nnx_module_is_compiled_with_words_beside_it() -> None:
    model = Outer(linear())
    optimizer = nnx.Optimizer(model, optax.sgd(0.1), wrt=nnx.Param)
    before = model.inner.kernel[...].copy()

    _, traced = graph_of_function(nnx_step, (model, optimizer, {"features": FEATURES}, "train", mean_square), {})

    assert "dot" in traced.lower().compile().as_text()
    assert (model.inner.kernel[...] == before).all()


def test_a_call_in_another_thread_leaves_the_scopes_of_the_traced_one_alone() -> None:
    entered, done, tracing = threading.Event(), threading.Event(), threading.get_ident()

    class Gate(Outer):
        def __call__(self, x: jax.Array) -> jax.Array:
            if threading.get_ident() == tracing:
                done.set()
                thread.join()
            else:
                entered.set()
                assert done.wait(60)
            return super().__call__(x)

    model = Outer(Gate(linear()))
    thread = threading.Thread(target=Gate(linear()), args=(FEATURES,))

    def call(x: jax.Array) -> Any:
        with named_calls(model):
            thread.start()
            assert entered.wait(60)
            return model(x)

    graph = graph_from_jaxpr(jax.jit(call).trace(FEATURES).jaxpr)

    assert "forward/inner/inner/dot_general" in {node.name for node in graph.node}


@pytest.mark.parametrize("kind", [Static, OfClass])
def test_a_module_whose_call_takes_no_instance_is_called_as_ever(kind: type) -> None:
    graph, _ = graph_of_module(Outer(kind()), (FEATURES,), {})

    assert names(lambda x: Outer(kind())(x), FEATURES) == {"forward/x", "forward/tanh"}
    assert {node.name for node in graph.node} == {"forward/x", "forward/tanh"}


def test_a_module_whose_call_is_jitted_has_the_paths_of_its_attributes() -> None:
    assert "forward/inner/call/dot_general" in names(lambda model, x: model(x), Outer(Jitted()), FEATURES)


def test_keys_without_an_order_cost_the_names_below_and_no_error() -> None:
    model = Unordered(equinox.nn.Linear(4, 4, key=jax.random.key(0)), {})
    model.scales.update({1: 2.0, "one": 3.0})

    logged = names(lambda x: model(x), FEATURES[0])

    assert {"forward/x", "forward/dot_general", "forward/add", "forward/mul"} <= logged


def test_a_member_named_value_keeps_its_name_unless_an_nnx_variable_holds_it() -> None:
    class Pair(equinox.Module):  # type: ignore[misc]
        key: jax.Array
        value: jax.Array

    weights = nnx.state(Outer(linear()))
    logged = names(
        lambda pair, weights: jax.tree.map(jnp.tanh, (pair, weights)), {"a": Pair(FEATURES, FEATURES)}, weights
    )

    assert {"forward/pair/a/key", "forward/pair/a/value", "forward/inner/kernel"} <= logged


@pytest.mark.parametrize("jit", [nnx.jit, equinox.filter_jit, jax.jit], ids=["nnx", "equinox", "jax"])
def test_a_jitted_step_that_ran_before_has_scopes_and_runs_on_as_compiled(jit: Any) -> None:
    num_traced = 0
    model = equinox.nn.MLP(4, 4, 4, 1, key=jax.random.key(0)) if jit is not nnx.jit else Outer(linear())
    weights, structure = equinox.partition(model, equinox.is_array) if jit is jax.jit else (model, None)

    def step(weights: Any, row: jax.Array) -> jax.Array:
        nonlocal num_traced
        num_traced += 1
        outputs: jax.Array = (equinox.combine(weights, structure) if jit is jax.jit else weights)(row)
        return outputs

    jitted = jit(step)
    jitted(weights, FEATURES[0])

    graph, traced = graph_of_function(jitted, (weights, FEATURES[0]), {})
    jitted(weights, FEATURES[0])

    scope = "inner/" if jit is nnx.jit else "layers/1/"
    assert any(node.name.endswith(f"{scope}dot_general") for node in graph.node)
    assert f"{scope}dot_general" in traced.lower().compile().as_text()
    assert num_traced == 2


def test_a_jitted_step_that_is_logged_before_its_first_call_is_traced_once() -> None:
    num_traced = 0

    @nnx.jit
    def step(model: Any, row: jax.Array) -> jax.Array:
        nonlocal num_traced
        num_traced += 1
        outputs: jax.Array = model(row)
        return outputs

    model = Outer(linear())

    logged = names(step, model, FEATURES)
    step(model, FEATURES)

    assert "forward/inner/dot_general" in logged
    assert num_traced == 1


def test_static_and_donated_arguments_of_a_step_that_ran_before_stay_so() -> None:
    layer = equinox.nn.Linear(4, 4, key=jax.random.key(0))

    @functools.partial(jax.jit, static_argnums=1, donate_argnums=0)
    def step(row: jax.Array, times: int) -> jax.Array:
        for _ in range(times):
            row = Named(layer)(row)
        return row

    class Named(equinox.Module):  # type: ignore[misc]
        inner: Any

        def __call__(self, row: jax.Array) -> jax.Array:
            outputs: jax.Array = self.inner(row)
            return outputs

    step(jnp.ones(4), 2)
    row = jnp.ones(4)

    graph, traced = graph_of_function(step, (row, 2), {})

    assert sorted(node.name for node in graph.node if node.op == "dot_general") == [
        "forward/inner/dot_general",
        "forward/inner/dot_general_1",
    ]
    assert [info.donated for info in jax.tree.leaves(traced.lower().args_info)] == [True]
    assert not row.is_deleted()
