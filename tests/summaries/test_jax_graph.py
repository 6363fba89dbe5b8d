from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
import pytest
from jax._src.ad_checkpoint import saved_residuals  # nothing public returns what print_saved_residuals prints

from summaries.adapters.jax_graph import find_call, graph_from_jaxpr, optimizer_name, parse_name_stack
from summaries.proto.graph_pb2 import GraphDef, NodeDef
from trainer.paths import leaf_paths

KERNEL = jnp.ones((4, 3))
FEATURES = jnp.ones((8, 4))


def loss_fn(kernel: jax.Array, features: jax.Array) -> jax.Array:
    with jax.named_scope("dense_0"):
        outputs = jax.nn.relu(features @ kernel)
    with jax.named_scope("loss"):
        return jnp.mean(outputs**2)


def step(kernel: jax.Array, features: jax.Array, rate: jax.Array) -> tuple[jax.Array, jax.Array]:
    loss, grads = jax.value_and_grad(loss_fn)(kernel, features)
    jnp.sum(features)  # nothing depends on it
    with jax.named_scope("update"):
        return kernel - rate * grads, loss


def convert(function: Any, *args: Any, **options: Any) -> GraphDef:
    return graph_from_jaxpr(jax.jit(function).trace(*args).jaxpr, **options)


def nodes_of(graph: GraphDef) -> dict[str, NodeDef]:
    return {node.name: node for node in graph.node}


@pytest.fixture
def graph() -> GraphDef:
    names = ["forward/dense_0/kernel", "forward/features", "update/rate"]
    return convert(step, KERNEL, FEATURES, jnp.float32(0.1), input_names=names, params=names[:1])


def test_nodes_are_named_by_phase_and_module(graph: GraphDef) -> None:
    scopes = {name.rsplit("/", 1)[0] for name in nodes_of(graph)}

    assert scopes == {
        "forward",
        "forward/dense_0",
        "forward/loss",
        "backward/dense_0",
        "backward/loss",
        "update",
        "update/dense_0/kernel",
    }


def test_edges_lead_from_the_features_to_the_loss(graph: GraphDef) -> None:
    nodes = nodes_of(graph)

    assert list(nodes["forward/dense_0/dot_general"].input) == ["forward/features", "forward/dense_0/kernel"]
    assert list(nodes["forward/dense_0/relu"].input) == ["forward/dense_0/dot_general"]
    assert list(nodes["forward/loss/integer_pow"].input) == ["forward/dense_0/relu"]
    assert nodes["forward/dense_0/relu"].op == "max"


def test_every_input_names_a_node(graph: GraphDef) -> None:
    names = set(nodes_of(graph))

    assert all(edge.split(":")[0] in names for node in graph.node for edge in node.input)
    assert len(names) == len(graph.node)


def test_no_name_is_both_node_and_scope(graph: GraphDef) -> None:
    names = set(nodes_of(graph))

    assert not [name for name in names for other in names if other.startswith(f"{name}/")]


def test_what_nothing_depends_on_is_left_out(graph: GraphDef) -> None:
    assert not [node.name for node in graph.node if node.op == "reduce_sum" and "forward/features" in node.input]


def test_attributes_count_params_flops_bytes_and_what_backward_reads(graph: GraphDef) -> None:
    nodes = nodes_of(graph)
    dot, relu = nodes["forward/dense_0/dot_general"].attr, nodes["forward/dense_0/relu"].attr

    assert nodes["forward/dense_0/kernel"].attr["_jax_params"].i == 12
    assert nodes["forward/dense_0/kernel"].op == "Placeholder"
    assert dot["_jax_flops"].i == 2 * 8 * 4 * 3
    assert dot["_jax_bytes"].i == 8 * 3 * 4
    assert dot["_jax_dtype"].s == b"float32"
    assert [dim.size for dim in dot["_jax_shape"].shape.dim] == [8, 3]
    assert [dim.size for dim in dot["_output_shapes"].list.shape[0].dim] == [8, 3]
    assert relu["_jax_flops"].i == 8 * 3
    assert sum(node.attr["_jax_saved_bytes"].i for node in graph.node) == 8 * 3 * 4 + 8 * 3  # outputs, and relu's mask
    assert nodes["forward/features"].attr["_jax_saved_bytes"].i == 0


def test_source_is_the_line_of_the_model(graph: GraphDef) -> None:
    line = loss_fn.__code__.co_firstlineno + 2

    assert (
        nodes_of(graph)["forward/dense_0/dot_general"]
        .attr["_jax_source"]
        .s.decode()
        .endswith(f"test_jax_graph.py:{line}")
    )


def test_source_passes_over_library_code_that_other_code_called() -> None:
    folder = __file__.rsplit("/", 1)[0]

    graph = convert(lambda x: jnp.sin(x), FEATURES, library_folders=[folder])

    assert "test_jax_graph.py" in graph.node[-1].attr["_jax_source"].s.decode()


def test_a_call_of_several_operations_is_a_scope_and_of_one_lends_its_name() -> None:
    @jax.jit
    def block(x: jax.Array) -> jax.Array:
        return jnp.sin(x) + 1

    @jax.jit
    def twice(x: jax.Array) -> jax.Array:
        return x * 2

    names = list(nodes_of(convert(lambda x: twice(block(x)), FEATURES)))

    assert names == ["forward/input_0", "forward/block/sin", "forward/block/add", "forward/twice"]


def test_scan_is_a_scope_whose_flops_count_every_turn() -> None:
    def function(x: jax.Array) -> jax.Array:
        return jax.lax.scan(lambda carry, row: (carry + jnp.sin(row), None), x[0], x)[0]

    nodes = nodes_of(convert(function, FEATURES))

    assert nodes["forward/scan/sin"].attr["_jax_flops"].i == 8 * 4


def test_while_and_cond_are_inlined_without_a_cycle() -> None:
    def function(x: jax.Array) -> jax.Array:
        x = jax.lax.while_loop(lambda x: jnp.sum(x) < 100, lambda x: x * 2, x)
        return jax.lax.cond(x[0, 0] > 0, jnp.sin, jnp.cos, x)

    graph = convert(function, FEATURES)
    seen: set[str] = set()

    for node in graph.node:
        assert {edge.split(":")[0] for edge in node.input} <= seen
        seen.add(node.name)
    assert {"forward/while/body/mul", "forward/cond/branch_0/cos", "forward/cond/pick"} <= seen
    assert next(node for node in graph.node if node.name == "forward/cond/pick").attr["_jax_flops"].i == 0


def test_convolution_flops_are_two_for_each_multiply_add() -> None:
    def function(image: jax.Array, kernel: jax.Array) -> jax.Array:
        return jax.lax.conv_general_dilated(image, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    graph = convert(function, jnp.ones((2, 8, 8, 3)), jnp.ones((3, 3, 3, 5)))

    assert graph.node[-1].attr["_jax_flops"].i == 2 * (2 * 6 * 6 * 5) * (3 * 3 * 3)


def test_second_output_is_named_by_its_index() -> None:
    graph = convert(lambda x: jnp.sin(jax.lax.top_k(x, 2)[1].astype(jnp.float32)), FEATURES)

    assert [list(node.input) for node in graph.node if node.op == "convert_element_type"] == [["forward/top_k:1"]]


def test_find_call_finds_a_nested_call() -> None:
    @jax.jit
    def inner(x: jax.Array) -> jax.Array:
        return jnp.sin(x)

    closed = jax.jit(lambda x: jax.lax.fori_loop(0, 3, lambda _, x: inner(x), x)).trace(FEATURES).jaxpr

    assert [eqn.primitive.name for eqn in find_call(closed, "inner").jaxpr.eqns] == ["sin"]
    with pytest.raises(KeyError, match="outer"):
        find_call(closed, "outer")


def test_wrong_number_of_input_names_is_refused() -> None:
    with pytest.raises(ValueError, match=r"input_names must name the 1 inputs; got 2\."):
        convert(jnp.sin, FEATURES, input_names=["forward/a", "forward/b"])


@pytest.mark.parametrize(
    ("stack", "scopes", "transforms"),
    [
        ("", (), set()),
        ("update", ("update",), set()),
        ("jvp(dense_0)/relu", ("dense_0", "relu"), {"jvp"}),
        ("transpose(jvp(block/dense_0))", ("block", "dense_0"), {"jvp", "transpose"}),
        ("vmap(jvp())/x", ("x",), {"jvp", "vmap"}),
    ],
)
def test_name_stacks_are_scopes_and_transforms(stack: str, scopes: tuple[str, ...], transforms: set[str]) -> None:
    assert parse_name_stack(stack) == (scopes, transforms)


def test_import_of_the_converter_does_not_import_jax() -> None:
    code = "import sys, summaries.adapters.jax_graph; sys.exit('jax' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def adam_step(params: Any, state: Any, features: jax.Array) -> Any:
    """A step of plain JAX and optax, with names of layers and without one around the update."""

    def loss(params: Any) -> jax.Array:
        values = features
        for name in ("dense_0", "dense_1"):
            with jax.named_scope(name):
                values = jnp.tanh(values @ params[name]["kernel"] + params[name]["bias"])
        return jnp.mean(values**2)

    value, grads = jax.value_and_grad(loss)(params)
    updates, state = OPTIMIZER.update(grads, state, params)
    return optax.apply_updates(params, updates), state, value


OPTIMIZER = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1e-3))
LAYERS = {name: {"kernel": jnp.ones((4, 4)), "bias": jnp.ones(4)} for name in ("dense_0", "dense_1")}


def test_update_without_a_scope_is_grouped_by_parameter() -> None:
    paths = [f"{layer}/{name}" for layer in sorted(LAYERS) for name in ("bias", "kernel")]
    state = OPTIMIZER.init(LAYERS)
    kept = [optimizer_name(path, paths) for path in leaf_paths(state)]
    names = [*(f"forward/{path}" for path in paths), *kept, "forward/features"]

    graph = convert(adam_step, LAYERS, state, FEATURES, input_names=names, params=names[:4])

    owned = {node.name.rsplit("/", 1)[0] for node in graph.node if node.name.startswith("update/")}
    assert owned == {"update", *(f"update/{path}" for path in paths)}
    counts = {path: sum(node.name.startswith(f"update/{path}/") for node in graph.node) for path in paths}
    assert len(set(counts.values())) == 1  # the same operations for each
    shared = [node for node in graph.node if node.name.startswith("update/") and node.name.count("/") == 1]
    assert [(n.name, list(n.input)) for n in shared if n.attr["_jax_bytes"].i > 8] == []  # norms and rates, no arrays


def loss_of_blocks(kernels: jax.Array, features: jax.Array) -> jax.Array:
    def block(values: jax.Array, kernel: jax.Array) -> Any:
        with jax.named_scope("dense"):
            return jnp.tanh(values @ kernel), None

    with jax.named_scope("blocks"):
        return jnp.sum(jax.lax.scan(block, features, kernels)[0])


def test_layers_in_a_loop_lie_beside_their_parameters_and_keep_values_of_all_turns() -> None:
    names = ["forward/blocks/dense/kernel", "forward/features"]

    graph = convert(jax.grad(loss_of_blocks), jnp.ones((5, 4, 4)), FEATURES, input_names=names, params=names[:1])

    nodes = nodes_of(graph)
    assert nodes["forward/blocks/dense/dot_general"].attr["_jax_times"].i == 5
    assert nodes["forward/blocks/dense/dot_general"].attr["_jax_flops"].i == 5 * 2 * 8 * 4 * 4
    assert "backward/blocks/dense/dot_general" in nodes
    assert not [name for name in nodes if "blocks/scan/dense" in name]


@pytest.mark.parametrize("is_remat", [False, True])
def test_saved_bytes_are_those_that_jax_itself_keeps(is_remat: bool) -> None:
    def loss(kernels: list[jax.Array], features: jax.Array) -> jax.Array:
        values = features
        for kernel in kernels:
            values = jnp.tanh(values @ kernel)
        return jnp.sum(jnp.sin(values))

    function = jax.checkpoint(loss, policy=jax.checkpoint_policies.dots_saveable) if is_remat else loss
    kernels = [jnp.ones((4, 4)), jnp.ones((4, 4))]
    kept = [aval for aval, reason in saved_residuals(function, kernels, FEATURES) if "argument" not in reason]

    graph = convert(jax.grad(function), kernels, FEATURES)

    assert sum(node.attr["_jax_saved_bytes"].i for node in graph.node) == sum(aval.size * 4 for aval in kept)
    remat = {node.name for node in graph.node if node.attr["_jax_remat"].b}
    assert bool(remat) == is_remat
    assert all(name.startswith("backward/") for name in remat)


@pytest.mark.parametrize(
    "turn",
    [
        lambda values, kernel: jnp.tanh(values @ kernel),
        lambda values, kernel: jnp.sin(values),
        lambda values, kernel: values + jnp.tanh(values.reshape(4, 8).T @ kernel),
        lambda values, kernel: values.reshape(4, 8).reshape(8, 4),
    ],
    ids=["layer", "carry read alone", "residual", "carry unchanged"],
)
def test_what_a_loop_hands_from_turn_to_turn_is_kept_of_each_turn(turn: Callable[..., jax.Array]) -> None:
    def loss(kernel: jax.Array, features: jax.Array) -> jax.Array:
        values, _ = jax.lax.scan(lambda values, _: (turn(values, kernel), None), jnp.cos(features), length=7)
        return jnp.sum(jnp.sin(values))

    kernel = jnp.ones((4, 4))
    kept = [aval for aval, reason in saved_residuals(loss, kernel, FEATURES) if "argument" not in reason]

    graph = convert(jax.grad(loss, argnums=(0, 1)), kernel, FEATURES)

    assert sum(node.attr["_jax_saved_bytes"].i for node in graph.node) == sum(aval.size * 4 for aval in kept)


def test_an_einsum_is_named_by_its_result() -> None:
    graph = convert(lambda x: jnp.einsum("ij,kj->ik", jnp.sin(x), x), FEATURES)

    assert [node.name for node in graph.node][-1] == "forward/einsum_ik/dot_general"
