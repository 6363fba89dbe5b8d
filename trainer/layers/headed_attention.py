"""What attention with heads shares, whatever the number of heads for keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import jax

from trainer.counts import check_count
from trainer.layers.attention_scores import AttendedAxes, attend, attended_axes, both, window_mask
from trainer.layers.base import Layer, apply_named
from trainer.layers.checks import check_axes, check_share, check_steps, title
from trainer.layers.constraints import Constraint
from trainer.layers.dropouts import Dropout
from trainer.layers.initializers import Initializer
from trainer.layers.named_inputs import named_inputs
from trainer.layers.projection import Projection
from trainer.layers.regularizers import Regularizer
from trainer.layers.specs import shape_struct
from trainer.protocols import Array, Network, Params, State


@dataclass(frozen=True)
class HeadedAttention(Layer):
    """Attention between projections of the inputs; see the members for their heads.

    ``layer(x)`` is self-attention, ``layer(query, value)`` takes the keys from the values too, and ``key``,
    ``query_mask`` ``(batch, queries)``, ``value_mask`` and ``key_mask`` ``(batch, keys)`` and ``attention_mask``
    ``(queries, keys)``, ``(batch, queries, keys)`` or ``(batch, heads, queries, keys)`` follow by place or name
    (`trainer.layers.named_inputs`). Masks are True where a query may attend to a key; one that may attend to none
    returns what means nothing, and stays finite.

    Attributes:
        dropout: Share of the weights set to 0 while training.
        use_bias: Whether the projections have biases.
        sliding_window: Queries attend to keys nearer than this; None is all.
        use_causal_mask: Whether query ``i`` attends to the keys up to ``i`` only.
        use_gate: Whether the outputs of the heads are multiplied by a sigmoid of a projection of the query
            (arXiv:2505.06708).
        return_attention_scores: Whether to return ``(outputs, weights)``, the weights
            ``(batch, heads, queries, keys)`` before dropout.
        kernel_initializer: Name or function for the kernels.
        bias_initializer: Name or function for the biases.
        kernel_regularizer: Penalty on each kernel.
        bias_regularizer: Penalty on each bias.
        activity_regularizer: Penalty on the outputs of each projection.
        kernel_constraint: Projection of each kernel after each update.
        bias_constraint: Projection of each bias after each update.
    """

    _: KW_ONLY
    dropout: float = 0.0
    use_bias: bool = True
    sliding_window: int | None = None
    use_causal_mask: bool = False
    use_gate: bool = False
    return_attention_scores: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    INPUT_NAMES = ("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask")

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If `dropout` is outside [0, 1), or `sliding_window` is not positive.
        """
        super().__post_init__()
        self.replace_fields(dropout=check_share("dropout", self.dropout))
        if self.sliding_window is not None:
            self.replace_fields(sliding_window=check_count("sliding_window", self.sliding_window))

    def head_shapes(self) -> dict[str, tuple[int, int]]:
        """Number and size of the heads of ``query``, ``key`` and ``value``."""
        raise NotImplementedError(f"{type(self).__name__} must define head_shapes.")

    def final_shape(self) -> tuple[int, ...] | None:
        """Shape of the outputs behind the steps; None is the number of the query's features."""
        return None

    def chosen_axes(self) -> Sequence[int] | None:
        """The axes to attend over; None is all but those of batch and features."""
        return None

    def sublayers(self) -> dict[str, Network]:
        """The projections, by name."""
        return dict(self._projections(self.final_shape() or ()))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes a ``kernel`` and a ``bias`` for ``query``, ``key``, ``value`` and ``attention_output``.

        Raises:
            ValueError: If the shapes of the inputs do not fit.
        """
        given, _ = self._given(example)
        query = given["query"]
        heads, size = self.head_shapes()["query"][0], self.head_shapes()["value"][1]
        sources = given | {
            "gate": query,
            "attention_output": shape_struct((*query.shape[:-1], heads, size), query.dtype),
        }
        params: Params = {}
        for index, (name, part) in enumerate(self._projections(self.final_shape() or query.shape[-1:]).items()):
            params[name], _ = part.init(jax.random.fold_in(key, index), sources[name])
        return params, {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, queries, features)`` to the same shape, and whatever more the attributes say.

        Raises:
            ValueError: If the shapes do not fit, or `training` with dropout and without `key`.
        """
        given, axes = self._given(inputs)
        query, projections = given["query"], self.sublayers()

        def project(name: str, array: Array) -> Array:
            outputs: Array
            outputs, _ = apply_named(projections[name], name, params, {}, array, training=training, key=None)
            return outputs

        def drop(weights: Array) -> Array:
            dropped: Array = Dropout(self.dropout).call(weights, training=training, key=key)
            return dropped

        gate = project("gate", query) if self.use_gate else None
        means, weights = attend(
            axes.flatten(project("query", query)),
            axes.flatten(project("key", given["key"])),
            axes.flatten(project("value", given["value"])),
            scale=1 / math.sqrt(self.head_shapes()["query"][1]),
            mask=self._mask(given, axes),
            is_causal=self.use_causal_mask,
            drop=drop if training and self.dropout else None,
            needs_weights=self.return_attention_scores,
        )
        means = axes.restore(means, query)
        outputs = project("attention_output", means if gate is None else means * gate)
        if weights is None or not self.return_attention_scores:
            return outputs, state
        return (outputs, axes.restore_weights(weights, query, given["key"])), state

    def _projections(self, output_shape: tuple[int, ...]) -> dict[str, Projection]:
        shapes = self.head_shapes()
        common = {
            name: getattr(self, name)
            for name in (
                "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer",
                "activity_regularizer", "kernel_constraint", "bias_constraint", "dtype",
            )
        }  # fmt: skip
        parts = {name: Projection(shapes[name], **common) for name in ("query", "key")}
        if self.use_gate:
            gates = (shapes["query"][0], shapes["value"][1])
            parts["gate"] = Projection(gates, activation="sigmoid", **common)
        parts["value"] = Projection(shapes["value"], **common)
        parts["attention_output"] = Projection(output_shape, 2, **common)
        return parts

    def _given(self, inputs: Any) -> tuple[dict[str, Any], AttendedAxes]:
        """The inputs by name, without gaps among query, value and key, and the axes to attend over."""
        given = named_inputs(self, inputs)
        query = given["query"]
        value = query if given["value"] is None else given["value"]
        key = value if given["key"] is None else given["key"]
        for array in (query, value, key):
            check_axes(self, array, "batch", "steps", "…", "features")
        if len(query.shape) != len(value.shape) or tuple(key.shape[:-1]) != tuple(value.shape[:-1]):
            raise ValueError(
                f"inputs of {title(self)} must have as many axes, and key and value the same steps; got query "
                f"{tuple(query.shape)}, value {tuple(value.shape)}, key {tuple(key.shape)}. Reshape them."
            )
        axes = attended_axes(self.chosen_axes(), len(query.shape))
        if len(axes.axes) > 1 and (self.use_causal_mask or self.sliding_window):
            raise ValueError(
                f"attention_axes must be one axis for a causal mask or a sliding window; got {axes.axes}. Choose one."
            )
        return given | {"value": value, "key": key}, axes

    def _mask(self, given: dict[str, Any], axes: AttendedAxes) -> Array | None:
        """What all masks but the causal one allow, ``(rows, heads or 1, queries, keys)`` or what broadcasts to it."""
        query, key = given["query"], given["key"]
        masks = [None if given["attention_mask"] is None else axes.expand(given["attention_mask"])]
        for name, array in (("query_mask", query), ("value_mask", key), ("key_mask", key)):
            if given[name] is not None:
                check_steps(self, name, given[name], array.shape[:-1])
                masks.append(axes.padding(given[name], is_query=name == "query_mask"))
        if self.sliding_window is not None:
            (axis,) = axes.axes
            masks.append(axes.expand(window_mask(query.shape[axis], key.shape[axis], self.sliding_window)))
        return axes.flatten_mask(both(*masks), query, key)
