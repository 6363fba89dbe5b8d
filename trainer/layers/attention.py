"""Attention without projections."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any

import jax.numpy as jnp

from trainer.layers.attention_scores import both, causal_mask, masked_softmax
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_choice, check_share, check_steps
from trainer.layers.dropouts import Dropout
from trainer.layers.named_inputs import named_inputs
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class ScoredAttention(Layer):
    """Mean of the values by the softmax of the scores that a member defines.

    Inputs are ``layer(query, value)`` ``(batch, steps, features)``; ``key`` (default: the values), ``query_mask`` (its
    outputs are 0 where it is False) and ``value_mask`` ``(batch, steps)`` follow by place or name.

    Attributes:
        dropout: Share of the weights set to 0 while training.
        use_causal_mask: Whether query ``i`` attends to the keys up to ``i`` only.
        return_attention_scores: Whether to return ``(outputs, weights)``, the weights ``(batch, queries, keys)``.
    """

    _: KW_ONLY
    dropout: float = 0.0
    use_causal_mask: bool = False
    return_attention_scores: bool = False

    INPUT_NAMES = ("query", "value", "key", "query_mask", "value_mask")

    def __post_init__(self) -> None:
        """Refuses a share outside [0, 1).

        Raises:
            ValueError: If `dropout` is.
        """
        super().__post_init__()
        self.replace_fields(dropout=check_share("dropout", self.dropout))

    def scores(self, params: Params, query: Array, key: Array) -> Array:
        """How well each query fits each key, ``(batch, queries, keys)``."""
        raise NotImplementedError(f"{type(self).__name__} must define scores.")

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, queries, features)`` and ``(batch, keys, value features)`` to means of the latter.

        Raises:
            ValueError: If the shapes do not fit, or `training` with dropout and without `key`.
        """
        given = named_inputs(self, inputs)
        query, value, keys = self.policy.cast(*self._triple(given))
        scores = self.scores(self.policy.cast(params), query, keys)
        value_mask = given["value_mask"]
        if value_mask is not None:
            check_steps(self, "value_mask", value_mask, value.shape[:-1])
            value_mask = jnp.asarray(value_mask, bool)[:, None, :]
        mask = both(value_mask, causal_mask(*scores.shape[-2:]) if self.use_causal_mask else None)
        weights = masked_softmax(scores, mask)
        outputs = Dropout(self.dropout).call(weights, training=training, key=key) @ value
        if given["query_mask"] is not None:
            check_steps(self, "query_mask", given["query_mask"], query.shape[:-1])
            outputs = jnp.where(jnp.asarray(given["query_mask"], bool)[..., None], outputs, 0)
        return ((outputs, weights) if self.return_attention_scores else outputs), state

    def _triple(self, given: dict[str, Any]) -> tuple[Any, Any, Any]:
        query = given["query"]
        value = query if given["value"] is None else given["value"]
        key = value if given["key"] is None else given["key"]
        for array in (query, value, key):
            check_axes(self, array, "batch", "steps", "features")
        return query, value, key


@dataclass(frozen=True)
class Attention(ScoredAttention):
    """Scores are products ``q · k``, or ``weight · sum(tanh(q + k))``; see `ScoredAttention` for the inputs.

    Attributes:
        use_scale: Whether the products (or the sums) are multiplied by a weight ``scale``, which begins at 1.
        score_mode: ``"dot"`` or ``"concat"``.

    References:
        Luong et al. 2015, arXiv:1508.04025.
    """

    use_scale: bool = False
    score_mode: str = "dot"

    def __post_init__(self) -> None:
        """Refuses another mode.

        Raises:
            ValueError: If `score_mode` is none of the two.
        """
        super().__post_init__()
        check_choice("score_mode", self.score_mode, ("dot", "concat"))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``scale`` and ``concat_score_weight``, scalars, where they are used."""
        del key
        self._triple(named_inputs(self, example))
        names = ["scale"] * self.use_scale + ["concat_score_weight"] * (self.score_mode == "concat")
        return {name: jnp.ones((), self.policy.param_dtype) for name in names}, {}

    def scores(self, params: Params, query: Array, key: Array) -> Array:
        """See `ScoredAttention.scores`."""
        scale = self.param(params, "scale") if self.use_scale else 1
        if self.score_mode == "dot":
            products: Array = scale * (query @ jnp.swapaxes(key, -2, -1))
            return products
        sums: Array = jnp.sum(jnp.tanh(scale * (query[..., :, None, :] + key[..., None, :, :])), axis=-1)
        scores: Array = sums * self.param(params, "concat_score_weight")
        return scores


@dataclass(frozen=True)
class AdditiveAttention(ScoredAttention):
    """Scores are ``sum(scale · tanh(q + k))``; see `ScoredAttention` for the inputs.

    Attributes:
        use_scale: Whether there is a weight ``scale`` ``(features,)``; else it is 1.

    References:
        Bahdanau et al. 2015, arXiv:1409.0473.
    """

    use_scale: bool = True

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``scale`` ``(features,)`` by Glorot's uniform distribution."""
        query, _, _ = self._triple(named_inputs(self, example))
        return self.make_params(key, scale=query.shape[-1:] if self.use_scale else None), {}

    def attached(self, weight: str, kind: str) -> Any:
        """The initialiser of ``scale``; it has no regularizer and no constraint."""
        del weight
        return "glorot_uniform" if kind == "initializer" else None

    def scores(self, params: Params, query: Array, key: Array) -> Array:
        """See `ScoredAttention.scores`."""
        sums = jnp.tanh(query[..., :, None, :] + key[..., None, :, :])
        scores: Array = jnp.sum(self.param(params, "scale") * sums if self.use_scale else sums, axis=-1)
        return scores
