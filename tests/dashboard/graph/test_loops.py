from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from dashboard.graph import Hierarchy, build_hierarchy, drawing_answer, read_graph
from summaries.adapters.jax_graph import graph_from_jaxpr


def turns(hierarchy: Hierarchy, *opened: str) -> dict[str, int | None]:
    return {box["id"]: box["turns"] for box in drawing_answer(hierarchy, frozenset(opened))["boxes"] if box["item"]}


def test_scan_tells_how_many_turns_it_takes() -> None:
    def apply(x: jax.Array, kernels: jax.Array) -> jax.Array:
        def layer(x: jax.Array, kernel: jax.Array) -> tuple[jax.Array, None]:
            with jax.named_scope("dense"):
                return jnp.tanh(x @ kernel) + 1, None

        with jax.named_scope("repeat"):
            x = jax.lax.scan(layer, x, kernels)[0]
        with jax.named_scope("head"):
            return jnp.exp(x) + 1

    traced = jax.jit(apply).trace(jnp.ones((4, 8)), jnp.ones((12, 8, 8)))
    hierarchy = build_hierarchy(read_graph(graph_from_jaxpr(traced.jaxpr)))
    [scope] = [item.id for item in hierarchy.items if item.id.endswith("/repeat") or item.id == "repeat"]

    found = turns(hierarchy, "forward", scope)

    assert found[scope] == 12
    assert {found[box] for box in found if box != scope} == {None}


def test_loop_of_unknown_length_is_told_by_what_it_hands_on(make_hierarchy: Callable[..., Hierarchy]) -> None:
    hierarchy = make_hierarchy(
        ("x", "Placeholder", []),
        ("while/Enter", "Enter", ["x"]),
        ("while/Merge", "Merge", ["while/Enter", "while/NextIteration"]),
        ("while/add", "AddV2", ["while/Merge"]),
        ("while/NextIteration", "NextIteration", ["while/add"]),
        ("y", "Relu", ["while/add"]),
    )

    assert turns(hierarchy)["while"] == 0
