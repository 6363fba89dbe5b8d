"""What XLA made of a step, laid over its graph."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from summaries import SummaryWriter
from summaries.adapters.jax_graph import graph_of_function
from summaries.adapters.xla import read_compiled
from summaries.adapters.xla.hlo import parse_module
from summaries.kinds.xla_programs import XlaProgram
from summaries.load import load
from summaries.proto.graph_pb2 import GraphDef

KERNEL = jnp.ones((4, 3))
FEATURES = jnp.ones((8, 4))


def step(params: Any, features: jax.Array) -> Any:
    def loss(params: Any) -> jax.Array:
        with jax.named_scope("dense"):
            return jnp.sum(jnp.tanh(features @ params["kernel"]) ** 2)

    value, grads = jax.value_and_grad(loss)(params)
    with jax.named_scope("update"):
        return jax.tree.map(lambda param, grad: param - 0.1 * grad, params, grads), value


@pytest.fixture(scope="module")
def compiled() -> Any:
    return jax.jit(step).lower({"kernel": KERNEL}, FEATURES).compile()


@pytest.fixture(scope="module")
def program(compiled: Any) -> XlaProgram:
    return read_compiled(
        compiled, graph_of_function(step, ({"kernel": KERNEL}, FEATURES), {})[0], "step", platform="cpu"
    )


def test_nodes_of_all_phases_are_found_in_kernels(program: XlaProgram) -> None:
    nodes = {name for kernel in program.kernels for name in kernel.nodes}

    assert {"forward/dense/dot_general", "forward/dense/tanh", "backward/dense/dot_general"} <= nodes
    assert any(name.startswith("update/kernel/") for name in nodes)


def test_kernels_of_several_operations_are_fusions(program: XlaProgram) -> None:
    assert program.fusions
    assert all(len(kernel.nodes) + len(kernel.ops) > 1 for kernel in program.fusions)


def test_totals_are_those_of_the_compiler(program: XlaProgram, compiled: Any) -> None:
    memory = compiled.memory_analysis()

    assert program.totals["flops"] == compiled.cost_analysis()["flops"]
    assert program.totals["temporary_bytes"] == memory.temp_size_in_bytes
    assert program.totals["argument_bytes"] == (4 * 3 + 8 * 4) * 4


def test_estimates_add_up_to_about_the_total(program: XlaProgram) -> None:
    products = 2 * (2 * 8 * 4 * 3)

    assert products <= sum(kernel.flops for kernel in program.kernels) <= 2 * program.totals["flops"]


def test_turns_of_a_loop_are_known() -> None:
    def function(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, 7, lambda _, x: jnp.sin(x @ x), x)

    compiled = jax.jit(function).lower(jnp.ones((4, 4))).compile()

    program = read_compiled(compiled, graph_of_function(function, (jnp.ones((4, 4)),), {})[0], "function")

    assert max(kernel.times for kernel in program.kernels) == 7


def test_text_that_is_no_module_gives_no_instruction() -> None:
    assert parse_module("what is this\n  %a = b\n}").computations == {}


def test_a_compiled_function_is_logged_with_its_graph(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_graph(jax.jit(step), ({"kernel": KERNEL}, FEATURES), is_compiled=True)

    run = load(tmp_path).runs["."]
    program = run.blobs("xla_programs")["xla/step"][0]
    names = {node.name for node in run.graphs["__run_graph__"][0].node}
    assert (program.name, program.platform) == ("step", "cpu")
    assert {name for kernel in program.kernels for name in kernel.nodes} <= names


def test_a_program_that_cannot_be_read_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), SummaryWriter(tmp_path) as writer:
        writer.add_compiled(object(), graph_of_function(jnp.sin, (KERNEL,), {})[0], "sin")
        writer.add_scalar("loss", 1.0, 0)

    assert caplog.text.count("Could not read the compiled program") == 1
    assert list(load(tmp_path).runs["."].scalars) == ["loss"]


def test_a_graph_that_jax_did_not_trace_cannot_be_compiled(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(TypeError, match="model must be a JAX function or module"):
        writer.add_graph(GraphDef(), is_compiled=True)
