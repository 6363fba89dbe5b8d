"""The one place where arrays go onto devices.

Compiled programs follow where their arguments lie: `jax.jit` splits a step over devices as its data and state are
split. So a mesh of devices is an argument of these two functions, as a `jax.sharding.NamedSharding` for each: rows
over one axis of the mesh, params in copies or split by their names. Nothing else, loop and programs included, knows how
many devices there are.
"""

from __future__ import annotations

from typing import TypeVar

import jax

Tree = TypeVar("Tree")


def put_data(tree: Tree) -> Tree:
    """Puts arrays on the device whose first axes are rows or batches of rows; those that lie there stay."""
    placed: Tree = jax.device_put(tree)
    return placed


def put_state(tree: Tree) -> Tree:
    """Puts params, state and the optimizer's on the device."""
    placed: Tree = jax.device_put(tree)
    return placed
