"""Paths of the leaves of a pytree, as they stand in tags, graphs and checkpoints."""

from __future__ import annotations

from typing import Any

import jax


def leaf_paths(tree: Any) -> tuple[str, ...]:
    """Names each leaf by the keys on the way to it, joined by ``/``, in the order of ``jax.tree.leaves``.

    >>> leaf_paths({"dense_0": {"kernel": 1.0, "bias": 0.0}})
    ('dense_0/bias', 'dense_0/kernel')
    """
    paths, _ = jax.tree_util.tree_flatten_with_path(tree)
    return tuple("/".join(_word(entry) for entry in path) for path, _ in paths)


def _word(entry: Any) -> str:
    for attribute in ("key", "name", "idx"):
        if hasattr(entry, attribute):
            return str(getattr(entry, attribute))
    return str(entry)
