"""The one place where a training puts arrays onto devices.

`jax.jit` splits a step over devices as its data and state are split. So a mesh of devices would be an argument of
`put_data` and `put_state`, as a `jax.sharding.NamedSharding` for each: rows over one axis of the mesh, params in copies
or split by their names. `trainer.programs.Programs` keeps a compiled step by shapes alone, as long as there is one
device, and predictions go where the params lie.
"""

from __future__ import annotations

from typing import Any, TypeVar

import jax
import jax.numpy as jnp

Tree = TypeVar("Tree")


def put_data(tree: Tree) -> Tree:
    """Puts arrays on the device whose first axes are rows or batches of rows; those that lie there stay."""
    placed: Tree = jax.device_put(tree)
    return placed


def put_state(tree: Tree) -> Tree:
    """Puts params, state and the optimizer's on the device."""
    placed: Tree = jax.device_put(tree)
    return placed


def copy_arrays(tree: Tree) -> Tree:
    """A copy on the device of all arrays of a tree, which a training may consume; other leaves stay as they are.

    One program copies them all: one after another each shape would be compiled by itself.
    """
    leaves, treedef = jax.tree.flatten(tree)
    is_array = [hasattr(leaf, "shape") for leaf in leaves]
    copies = iter(_copy([leaf for leaf, is_one in zip(leaves, is_array, strict=True) if is_one]))
    copied: Tree = jax.tree.unflatten(
        treedef, [next(copies) if is_one else leaf for leaf, is_one in zip(leaves, is_array, strict=True)]
    )
    return copied


@jax.jit
def _copy(arrays: list[Any]) -> list[Any]:
    return [jnp.copy(array) for array in arrays]
