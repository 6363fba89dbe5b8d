"""LightGBM's trees as arrays, and what they predict as a computation of JAX: what an export holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.heads import Head
from trainer.protocols import Array, Params, State

# Bits of LightGBM's decision types.
_MISSING_GOES_LEFT = 1 << 1
_ZERO_IS_MISSING = 1 << 2
_NAN_IS_MISSING = 1 << 3


@dataclass(frozen=True)
class ForestObjective:
    """Predicts by trees that were made arrays by `to_arrays`.

    Attributes:
        head: From logits to predictions.
        depth: Most splits from a root to a leaf.
        is_mean: Whether the rounds count by their mean, as of a random forest, instead of their sum.
    """

    head: Head
    depth: int
    is_mean: bool

    def predict(self, params: Params, state: State, features: Any) -> dict[str, Array]:
        """The head's predictions of rows ``(n, features)``."""
        del state
        rows = jnp.asarray(features, jnp.float32)
        trees = jnp.arange(params["leaves"].shape[0])

        def descend(_: int, nodes: Array) -> Array:
            inner = jnp.maximum(nodes, 0)
            values = jnp.take_along_axis(rows, params["features"][trees, inner], axis=1)
            is_left = values <= params["thresholds"][trees, inner]
            is_left |= jnp.isnan(values) & params["missing_left"][trees, inner]
            below = jnp.where(is_left, params["left"][trees, inner], params["right"][trees, inner])
            return jnp.where(nodes < 0, nodes, below)

        nodes = jnp.zeros((rows.shape[0], len(trees)), jnp.int32)
        leaves = -1 - jax.lax.fori_loop(0, self.depth, descend, nodes)
        values = params["leaves"][trees, leaves].reshape(rows.shape[0], -1, self.head.logits_dimension)
        return self.head.predictions(jnp.mean(values, axis=1) if self.is_mean else jnp.sum(values, axis=1))


def to_arrays(booster: Any, rounds: int, head: Head) -> tuple[ForestObjective, dict[str, np.ndarray]]:
    """The first `rounds` of a booster.

    Returns:
        What predicts, and what it takes: ``features``, ``thresholds``, ``left`` and ``right`` of the splits, ``(trees,
        splits)``, where a child below 0 is a leaf, counted from -1 down; ``missing_left``, whether NaN goes left; and
        the values of the ``leaves``, ``(trees, leaves)``.

    Raises:
        ValueError: If a split is no comparison with a number, or a leaf no number.
    """
    text = booster.model_to_string(num_iteration=rounds)
    trees = [_parse(part) for part in text.partition("end of trees")[0].split("Tree=")[1:]]
    splits = [_read_splits(tree) for tree in trees]
    arrays = {name: _stack([tree[name] for tree in splits]) for name in splits[0]}
    depth = max(_depth(tree["left"], tree["right"]) for tree in splits)
    return ForestObjective(head, depth, "\naverage_output\n" in text), arrays


def _parse(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines()[1:] if "=" in line)


def _read_splits(tree: dict[str, str]) -> dict[str, np.ndarray]:
    leaves = _numbers(tree["leaf_value"], np.float32)
    if len(leaves) == 1:  # no split: one that leads to the leaf by either way
        none = np.array([-1], np.int32)
        zeros = np.zeros(1, np.float32)
        splits = {"features": none + 1, "thresholds": zeros, "missing_left": none < 0}
        return {**splits, "left": none, "right": none, "leaves": leaves}
    decisions = _numbers(tree["decision_type"], np.int32)
    if (decisions & _ZERO_IS_MISSING).any() or tree.get("is_linear", "0") != "0":
        raise ValueError(
            "export must be called on trees of plain splits; got zeros as missing values, or linear leaves. "
            "Leave zero_as_missing and linear_tree out of lightgbm_params."
        )
    thresholds = _numbers(tree["threshold"], np.float64)
    # Of a feature that was never missing in fit LightGBM takes NaN for 0.
    goes_left = np.where(decisions & _NAN_IS_MISSING, decisions & _MISSING_GOES_LEFT, thresholds >= 0)
    return {
        "features": _numbers(tree["split_feature"], np.int32),
        "thresholds": _round_down(thresholds),
        "missing_left": goes_left.astype(bool),
        "left": _numbers(tree["left_child"], np.int32),
        "right": _numbers(tree["right_child"], np.int32),
        "leaves": leaves,
    }


def _numbers(text: str, dtype: Any) -> np.ndarray:
    return np.array(text.split(), np.float64).astype(dtype)


def _round_down(values: np.ndarray) -> np.ndarray:
    """The largest float32 that is not above: what is compared with it, float32 too, falls on the same side."""
    rounded = values.astype(np.float32)
    return np.where(rounded > values, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _stack(rows: list[np.ndarray]) -> np.ndarray:
    width = max(len(row) for row in rows)
    return np.stack([np.pad(row, (0, width - len(row))) for row in rows])


def _depth(left: np.ndarray, right: np.ndarray) -> int:
    """Splits on the longest way down; children stand behind their parents."""
    depths = np.ones(len(left), int)
    for parent, children in enumerate(zip(left, right, strict=True)):
        for child in children:
            if child >= 0:
                depths[child] = depths[parent] + 1
    return int(depths.max())
