"""The one place where a training puts arrays onto devices.

`jax.jit` splits a step over devices as its data and state are split. So a mesh of devices would be an argument of these
two functions, as a `jax.sharding.NamedSharding` for each: rows over one axis of the mesh, params in copies or split by
their names. `trainer.programs.Programs` keeps a compiled step by shapes alone, as long as there is one device, and
predictions go where the params lie.
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
