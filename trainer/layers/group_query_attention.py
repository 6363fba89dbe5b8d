"""Attention whose heads share keys and values."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.counts import check_count
from trainer.layers.headed_attention import HeadedAttention


@dataclass(frozen=True)
class GroupQueryAttention(HeadedAttention):
    """Groups of heads with keys and values in common; see `HeadedAttention` for inputs and other hyperparameters.

    Attributes:
        head_dim: Size of each head.
        num_query_heads: Number of heads.
        num_key_value_heads: Number of groups; 1 is multi-query attention.

    References:
        Ainslie et al. 2023, arXiv:2305.13245.
    """

    head_dim: int
    num_query_heads: int
    num_key_value_heads: int

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If a number is not positive, or the heads make no equal groups.
        """
        super().__post_init__()
        for name in ("head_dim", "num_query_heads", "num_key_value_heads"):
            self.replace_fields(**{name: check_count(name, getattr(self, name))})
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"num_query_heads must be a multiple of num_key_value_heads={self.num_key_value_heads}; "
                f"got {self.num_query_heads!r}. Change one of them."
            )

    def head_shapes(self) -> dict[str, tuple[int, int]]:
        """See `HeadedAttention.head_shapes`."""
        keys = (self.num_key_value_heads, self.head_dim)
        return {"query": (self.num_query_heads, self.head_dim), "key": keys, "value": keys}
