"""The functions that attention layers share: who may attend to whom, and the weighted mean.

A mask is True where a query may attend to a key. A query that may attend to none attends to all alike, so that its
outputs stay finite; what it returns means nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from trainer.protocols import Array


def attend(
    query: Array,
    key: Array,
    value: Array,
    *,
    scale: float,
    mask: Array | None = None,
    is_causal: bool = False,
    drop: Callable[[Array], Array] | None = None,
    needs_weights: bool = False,
) -> tuple[Array, Array | None]:
    """Means of the values, weighted by how each query fits the keys.

    Args:
        query: ``(batch, queries, heads, size)``.
        key: ``(batch, keys, key heads, size)``; each key head serves as many heads as there are for one.
        value: ``(batch, keys, key heads, value size)``.
        scale: What the products of queries and keys are multiplied with.
        mask: Broadcast to ``(batch, heads, queries, keys)``.
        is_causal: Whether query ``i`` attends to the keys up to ``i`` only.
        drop: Dropout of the weights.
        needs_weights: Whether the weights are wanted.

    Returns:
        The means ``(batch, queries, heads, value size)`` and the weights ``(batch, heads, queries, keys)``, or None.
    """
    # One operation where it computes the same: on GPUs it may be a fused kernel.
    if drop is None and not needs_weights and key.shape == value.shape:
        return jax.nn.dot_product_attention(query, key, value, mask=mask, scale=scale, is_causal=is_causal), None
    groups = query.shape[2] // key.shape[2]
    key, value = jnp.repeat(key, groups, axis=2), jnp.repeat(value, groups, axis=2)
    scores = scale * jnp.einsum("bqhd,bkhd->bhqk", query, key, preferred_element_type=jnp.float32)
    weights = masked_softmax(scores, both(mask, causal_mask(*scores.shape[-2:]) if is_causal else None))
    weights = weights.astype(value.dtype)
    used = weights if drop is None else drop(weights)
    return jnp.einsum("bhqk,bkhd->bqhd", used, value), weights


def masked_softmax(scores: Array, mask: Array | None) -> Array:
    """Softmax over the last axis, of what `mask` allows."""
    if mask is not None:
        least = -0.7 * float(np.finfo(np.float16 if scores.dtype == np.float16 else np.float32).max)
        scores = jnp.where(mask, scores, least)
    return jax.nn.softmax(scores, axis=-1)


def causal_mask(num_queries: int, num_keys: int) -> Array:
    """Query ``i`` attends to keys up to ``i``, ``(queries, keys)``."""
    return jnp.tri(num_queries, num_keys, dtype=bool)


def window_mask(num_queries: int, num_keys: int, size: int) -> Array:
    """Query ``i`` attends to keys nearer than `size`, ``(queries, keys)``."""
    distance = jnp.arange(num_queries)[:, None] - jnp.arange(num_keys)
    return jnp.abs(distance) < size


def both(*masks: Array | None) -> Array | None:
    """What all masks allow; None allows all."""
    merged: Array | None = None
    for mask in masks:
        if mask is not None:
            merged = jnp.asarray(mask, bool) if merged is None else merged & jnp.asarray(mask, bool)
    return merged


@dataclass(frozen=True)
class AttendedAxes:
    """Which axes of ``(batch, axes…, features)`` are attended over; the others are as rows of the batch.

    Attributes:
        axes: Their numbers, in ``[1, rank - 2]``.
        rank: Number of axes of the inputs.
    """

    axes: tuple[int, ...]
    rank: int

    @property
    def others(self) -> tuple[int, ...]:
        """The batch axis and those that are not attended over."""
        return tuple(axis for axis in range(self.rank - 1) if axis not in self.axes)

    def sizes(self, array: Array) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Sizes of the other axes, and of the attended ones."""
        return tuple(array.shape[axis] for axis in self.others), tuple(array.shape[axis] for axis in self.axes)

    def flatten(self, heads: Array) -> Array:
        """``(batch, axes…, heads, size)`` as ``(rows, steps, heads, size)``."""
        others, attended = self.sizes(heads)
        last = heads.shape[-2:]
        moved = heads.transpose(*self.others, *self.axes, self.rank - 1, self.rank)
        return moved.reshape(math.prod(others), math.prod(attended), *last)

    def restore(self, heads: Array, like: Array) -> Array:
        """The inverse of `flatten`, for inputs like `like`."""
        others, attended = self.sizes(like)
        last = heads.shape[-2:]
        moved = heads.reshape(*others, *attended, *last)
        order = (*self.others, *self.axes, self.rank - 1, self.rank)
        return moved.transpose([order.index(axis) for axis in range(self.rank + 1)])

    def padding(self, mask: Array, *, is_query: bool) -> Array:
        """A mask ``(batch, axes…)`` of steps as one of weights ``(others…, 1, queries…, keys…)``."""
        mask = jnp.asarray(mask, bool).transpose(*self.others, *self.axes)
        ones = (1,) * len(self.axes)
        others, attended = mask.shape[: len(self.others)], mask.shape[len(self.others) :]
        return mask.reshape(*others, 1, *(attended if is_query else ones), *(ones if is_query else attended))

    def expand(self, mask: Any) -> Array:
        """An attention mask with the axes that it lacks in front of those of queries and keys."""
        mask = jnp.asarray(mask, bool)
        missing = len(self.others) + 1 + 2 * len(self.axes) - mask.ndim
        place = mask.ndim - 2 * len(self.axes)
        expanded: Array = mask.reshape(*mask.shape[:place], *(1,) * missing, *mask.shape[place:])
        return expanded

    def flatten_mask(self, mask: Array | None, query: Array, key: Array) -> Array | None:
        """``(others…, heads or 1, queries…, keys…)`` as ``(rows, heads or 1, queries, keys)``."""
        if mask is None or len(self.others) == len(self.axes) == 1:
            return mask
        (others, queries), (_, keys) = self.sizes(query), self.sizes(key)
        mask = jnp.broadcast_to(mask, (*others, mask.shape[len(others)], *queries, *keys))
        return mask.reshape(math.prod(others), -1, math.prod(queries), math.prod(keys))

    def restore_weights(self, weights: Array, query: Array, key: Array) -> Array:
        """``(rows, heads, queries, keys)`` as ``(others…, heads, queries…, keys…)``."""
        (others, queries), (_, keys) = self.sizes(query), self.sizes(key)
        return weights.reshape(*others, weights.shape[1], *queries, *keys)


def attended_axes(axes: Sequence[int] | None, rank: int) -> AttendedAxes:
    """The axes for inputs of `rank` axes; None is all but those of batch and features.

    Raises:
        ValueError: If one is that of the batch or of the features, or outside.
    """
    chosen = tuple(range(1, rank - 1)) if axes is None else tuple(axis + rank if axis < 0 else axis for axis in axes)
    if not chosen or not all(0 < axis < rank - 1 for axis in chosen):
        raise ValueError(f"attention_axes must be axes in [1, {rank - 2}]; got {axes!r}. Leave it out for all of them.")
    return AttendedAxes(chosen, rank)
