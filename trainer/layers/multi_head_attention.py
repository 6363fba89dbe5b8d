"""Attention with several heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.counts import check_count
from trainer.layers.headed_attention import HeadedAttention


@dataclass(frozen=True)
class MultiHeadAttention(HeadedAttention):
    """Each head attends by its own projections; see `HeadedAttention` for inputs and the other hyperparameters.

    Attributes:
        num_heads: Number of heads.
        key_dim: Size of each head for queries and keys.
        value_dim: Size of each head for values; None is `key_dim`.
        output_shape: Shape of the outputs behind the steps; None is the number of the query's features.
        attention_axes: The axes to attend over, of inputs ``(batch, axes…, features)``; None is all between.

    References:
        Vaswani et al. 2017, arXiv:1706.03762.
    """

    num_heads: int
    key_dim: int
    value_dim: int | None = None
    output_shape: int | Sequence[int] | None = None
    attention_axes: int | Sequence[int] | None = None

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If a number is not positive.
        """
        super().__post_init__()
        value_dim = self.key_dim if self.value_dim is None else self.value_dim
        self.replace_fields(
            num_heads=check_count("num_heads", self.num_heads),
            key_dim=check_count("key_dim", self.key_dim),
            value_dim=check_count("value_dim", value_dim),
            attention_axes=_as_tuple(self.attention_axes),
            output_shape=_as_tuple(self.output_shape),
        )
        for size in self.final_shape() or ():
            check_count("output_shape", size)

    def head_shapes(self) -> dict[str, tuple[int, int]]:
        """See `HeadedAttention.head_shapes`."""
        assert self.value_dim is not None
        keys = (self.num_heads, self.key_dim)
        return {"query": keys, "key": keys, "value": (self.num_heads, self.value_dim)}

    def final_shape(self) -> tuple[int, ...] | None:
        """See `HeadedAttention.final_shape`."""
        return _as_tuple(self.output_shape)

    def chosen_axes(self) -> tuple[int, ...] | None:
        """See `HeadedAttention.chosen_axes`."""
        return _as_tuple(self.attention_axes)


def _as_tuple(value: int | Sequence[int] | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    return (value,) if isinstance(value, int) else tuple(value)
