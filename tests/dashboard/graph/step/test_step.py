"""The costs of a training step, against values counted by hand and against what JAX says it keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax  # type: ignore[import-untyped]
import pytest
from jax._src.ad_checkpoint import saved_residuals  # what jax.ad_checkpoint.print_saved_residuals prints

from dashboard.graph import build_hierarchy, drawing_answer, read_graph
from dashboard.graph.step import StepGraph, place_answer, read_step_graph, step_answer
from summaries.adapters.jax_graph import graph_from_jaxpr, optimizer_name
from trainer.paths import leaf_paths

BATCH = 16
SIZES = (4, 10, 3)


def mlp(params: Any, features: jax.Array, labels: jax.Array) -> jax.Array:
    x = features
    for name, layer in params.items():
        with jax.named_scope(name):
            x = x @ layer["kernel"] + layer["bias"]
            if name == "dense_0":
                x = jnp.tanh(x)
    with jax.named_scope("loss"):
        return jnp.mean((x - labels) ** 2)


def mlp_arguments() -> tuple[Any, jax.Array, jax.Array]:
    params = {
        f"dense_{i}": {"bias": jnp.zeros(after), "kernel": jnp.zeros((before, after))}
        for i, (before, after) in enumerate(zip(SIZES, SIZES[1:], strict=False))
    }
    return params, jnp.zeros((BATCH, SIZES[0])), jnp.zeros((BATCH, SIZES[-1]))


def trace(loss: Callable[..., Any], params: Any, *inputs: jax.Array) -> Any:
    """The GraphDef of a step of gradient descent with momentum."""
    paths = ["/".join(key.key for key in path) for path, _ in jax.tree.flatten_with_path(params)[0]]

    def step(params: Any, momentum: Any, *inputs: jax.Array) -> Any:
        value, grads = jax.value_and_grad(loss)(params, *inputs)
        with jax.named_scope("update"):
            momentum = jax.tree.map(lambda old, grad: 0.9 * old + grad, momentum, grads)
            return jax.tree.map(lambda old, new: old - 0.1 * new, params, momentum), momentum, value

    names = [f"forward/{path}" for path in paths]
    kept = [f"update/{path}_trace" for path in paths]
    read = [f"forward/input_{i}" for i in range(len(inputs))]
    jaxpr = jax.jit(step).trace(params, params, *inputs).jaxpr
    return graph_from_jaxpr(jaxpr, input_names=[*names, *kept, *read], params=names)


def read(definition: Any) -> StepGraph:
    return read_step_graph(build_hierarchy(read_graph(definition)))


@pytest.fixture(scope="module")
def definition() -> Any:
    return trace(mlp, *mlp_arguments())


def rows_by_id(graph: StepGraph, *opened: str) -> dict[str, Any]:
    return {row["id"]: row for row in step_answer(graph, frozenset(opened), {})["rows"]}


def test_rows_of_a_small_network_cost_what_is_counted_by_hand(definition: Any) -> None:
    rows = rows_by_id(read(definition))

    assert list(rows) == ["input_0", "dense_0", "dense_1", "loss"]
    first, second = rows["dense_0"], rows["dense_1"]
    # the product is 2·16·4·10; bias, tanh and the 1 − y that its derivative needs are 16·10 each
    assert (first["params"], first["flops"]) == (50, 1_280 + 3 * 160)
    # tanh's derivative takes 3·160, the bias's gradient 160 + 10, the kernel's 2·4·16·10; features need none
    assert first["backward_flops"] == 3 * 160 + 160 + 10 + 1_280
    assert (first["param_bytes"], first["state_bytes"], first["saved_bytes"]) == (200, 200, 2 * 640)
    assert (second["params"], second["flops"]) == (33, 960 + 48)
    # the kernel's gradient and that of what it reads are a product each, the bias's a sum
    assert second["backward_flops"] == 2 * 960 + 48 + 3
    assert second["saved_bytes"] == 0  # it reads what dense_0 keeps
    assert (first["gradients"], second["gradients"], rows["loss"]["gradients"]) == (["∂W"], ["∂x", "∂W"], ["∂x"])


def test_saved_bytes_are_those_of_jaxs_own_residuals(definition: Any) -> None:
    kept = saved_residuals(mlp, *mlp_arguments())
    computed = [aval for aval, origin in kept if "argument" not in origin and "constant" not in origin]

    totals = step_answer(read(definition), frozenset(), {})["totals"]

    assert totals["saved_bytes"] == sum(aval.size * aval.dtype.itemsize for aval in computed)
    assert totals["saved_bytes"] > 0


def branching(params: Any, features: jax.Array, labels: jax.Array) -> jax.Array:
    """An MLP with six sines side by side between its layers."""
    with jax.named_scope("dense_0"):
        x = features @ params["dense_0"]["kernel"]
        x = sum((jnp.sin(x * factor) for factor in range(6)), x) + params["dense_0"]["bias"]
    return mlp({"dense_1": params["dense_1"]}, x, labels)


def test_operations_in_a_series_count_where_they_stand() -> None:
    definition = trace(branching, *mlp_arguments())
    hierarchy = build_hierarchy(read_graph(definition))
    answer = step_answer(read_step_graph(hierarchy), frozenset(), {})

    assert "dense_0/[sin–sin_5]" in {hierarchy.items[index].id for index in hierarchy.series}
    kept = sum(node.attr["_jax_saved_bytes"].i for node in definition.node)
    assert sum(row["saved_bytes"] for row in answer["rows"]) == kept
    assert {("dense_0", "dense_1"), ("dense_1", "loss")} <= {tuple(flow) for flow in answer["flows"]}
    assert place_answer(read_step_graph(hierarchy), "dense_0/sin_3")["row"] == "dense_0"


def test_place_of_a_node_is_the_row_that_shows_it(definition: Any) -> None:
    assert place_answer(read(definition), "dense_1/dot_general") == {"row": "dense_1", "open": [], "blocks": []}


def remat(params: Any, x: jax.Array) -> jax.Array:
    for name in ("first", "second"):
        with jax.named_scope(name):
            x = jax.checkpoint(lambda x, kernel: jnp.tanh(jnp.tanh(x @ kernel) @ kernel))(x, params[name]["kernel"])
    with jax.named_scope("loss"):
        return jnp.sum(x**2)


def test_rematerialised_modules_keep_what_they_read_and_say_what_it_costs() -> None:
    params = {name: {"kernel": jnp.zeros((8, 8))} for name in ("first", "second")}
    x = jnp.zeros((4, 8))
    kept = [aval for aval, origin in saved_residuals(remat, params, x) if "argument" not in origin]

    answer = step_answer(read(trace(remat, params, x)), frozenset(), {})

    rows = {row["id"]: row for row in answer["rows"]}
    assert answer["totals"]["saved_bytes"] == sum(aval.size * aval.dtype.itemsize for aval in kept)
    assert [rows[name]["saved_bytes"] for name in ("first", "second")] == [4 * 8 * 4, 0]
    # both products and at least the first tanh are computed a second time, in each module
    assert all(rows[name]["recomputed_flops"] >= 2 * 4 * 8 * 8 + 4 * 8 for name in ("first", "second"))
    assert rows["loss"]["recomputed_flops"] == 0


def tied(params: Any, ids: jax.Array) -> jax.Array:
    with jax.named_scope("embedding"):
        x = params["embedding"]["table"][ids]
    with jax.named_scope("side"):
        y = jnp.tanh(x @ params["side"]["kernel"])
    with jax.named_scope("head"):
        x = (x * y) @ params["embedding"]["table"].T
    with jax.named_scope("loss"):
        return jnp.mean(x**2)


@pytest.fixture(scope="module")
def tied_graph() -> StepGraph:
    params = {"embedding": {"table": jnp.zeros((20, 6))}, "side": {"kernel": jnp.zeros((6, 6))}}
    return read(trace(tied, params, jnp.zeros(5, jnp.int32)))


def test_tied_weights_are_the_owners_and_give_a_gradient(tied_graph: StepGraph) -> None:
    rows = rows_by_id(tied_graph)

    assert (rows["head"]["tied"], rows["head"]["params"]) == ("embedding", 0)
    assert rows["head"]["gradients"] == ["∂x", "∂W"]
    assert rows["head"]["forward"] == "6 → 20"
    assert (rows["embedding"]["params"], rows["embedding"]["state_bytes"]) == (120, 480)
    boxes = drawing_answer(tied_graph.step.hierarchy, frozenset())["boxes"]
    assert {box["id"]: box["tied"] for box in boxes if box.get("tied")} == {"head": "embedding"}


def test_arrow_of_what_is_read_next_ends_there(tied_graph: StepGraph) -> None:
    flows = step_answer(tied_graph, frozenset(), {})["flows"]

    assert flows == [["input_0", "embedding"], ["embedding", "side"], ["side", "head"], ["head", "loss"]]


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [
        (optax.adam(0.1), "Adam"),
        (optax.adamw(0.1), "AdamW"),
        (optax.amsgrad(0.1), "AMSGrad"),
        (optax.adabelief(0.1), "AdaBelief"),
        (optax.yogi(0.1), "Yogi"),
        (optax.radam(0.1), "RAdam"),
        (optax.adamax(0.1), "Adamax"),
        (optax.lamb(0.1), "LAMB"),
        (optax.chain(optax.clip_by_global_norm(1.0), optax.adam(0.1)), "Adam"),
        (optax.sgd(0.1), "SGD"),
        (optax.sgd(0.1, momentum=0.9), "Momentum"),
        (optax.rmsprop(0.1), "RMSProp"),
        (optax.adagrad(0.1), "Adagrad"),
        (optax.lion(0.1, weight_decay=0.0), "Lion"),
    ],
)
def test_optimizer_of_optax_has_its_name(optimizer: optax.GradientTransformation, name: str) -> None:
    params, *inputs = mlp_arguments()
    state = optimizer.init(params)

    def step(params: Any, state: Any, *inputs: jax.Array) -> Any:
        grads = jax.grad(mlp)(params, *inputs)
        with jax.named_scope("update"):
            updates, state = optimizer.update(grads, state, params)
            return optax.apply_updates(params, updates), state

    paths = leaf_paths(params)
    names = [f"forward/{path}" for path in paths]
    kept = [optimizer_name(path, paths) for path in leaf_paths(state)]
    jaxpr = jax.jit(step).trace(params, state, *inputs).jaxpr
    definition = graph_from_jaxpr(
        jaxpr, input_names=[*names, *kept, "forward/features", "forward/labels"], params=names
    )

    assert step_answer(read(definition), frozenset(), {})["optimizer"] == name


def test_optimizer_that_the_graph_does_not_name_is_like_one_that_keeps_the_same(definition: Any) -> None:
    assert step_answer(read(definition), frozenset(), {})["optimizer"] == "like Momentum"


def test_a_graph_that_ends_with_the_gradients_has_no_optimizer() -> None:
    params, features, labels = mlp_arguments()
    names = [f"forward/{layer}/{name}" for layer in params for name in ("bias", "kernel")]
    jaxpr = jax.jit(jax.grad(mlp)).trace(params, features, labels).jaxpr
    definition = graph_from_jaxpr(jaxpr, input_names=[*names, "forward/features", "forward/labels"], params=names)

    assert step_answer(read(definition), frozenset(), {})["optimizer"] == ""
