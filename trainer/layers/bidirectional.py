"""Recurrent layers in both directions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer, apply_named, key_for
from trainer.layers.checks import check_choice, title
from trainer.layers.named_inputs import named_inputs
from trainer.layers.recurrent import Recurrent
from trainer.protocols import Array, Network, Params, State

_MERGES = ("concat", "sum", "ave", "mul")


@dataclass(frozen=True)
class Bidirectional(Layer):
    """A recurrent layer, and one with weights of its own that begins at the last step.

    Inputs are those of `Recurrent`; the first half of ``initial_state`` is the forward layer's. With ``return_state``
    of the layers, the states of both follow the outputs.

    Attributes:
        layer: SimpleRNN, LSTM, GRU or another `Recurrent`. It is the forward layer.
        merge_mode: How the outputs become one: ``"concat"``, ``"sum"``, ``"ave"``, ``"mul"``; None returns both.
        backward_layer: The layer for the other direction; None is one like `layer`.
    """

    layer: Recurrent
    merge_mode: str | None = "concat"
    backward_layer: Recurrent | None = None

    INPUT_NAMES = Recurrent.INPUT_NAMES

    def __post_init__(self) -> None:
        """Refuses layers that do not fit together.

        Raises:
            TypeError: If one is not recurrent.
            ValueError: If both have the same direction, or return different things, or `merge_mode` is unknown.
        """
        super().__post_init__()
        if self.merge_mode is not None:
            check_choice("merge_mode", self.merge_mode, _MERGES)
        for name in ("layer", "backward_layer"):
            value = getattr(self, name)
            if not isinstance(value, Recurrent) and (name == "layer" or value is not None):
                raise TypeError(f"{name} must be recurrent; got {value!r}. Pass for example layers.LSTM(8).")
        forward, backward = self._layers()
        for field, differs in (("go_backwards", True), ("return_sequences", False), ("return_state", False)):
            one, other = getattr(forward, field), getattr(backward, field)
            if (one != other) is not differs:
                rule = f"another {field}, here {not one}" if differs else f"the same {field}, here {one}"
                raise ValueError(f"backward_layer must have {rule}; got {other}. Change one of the layers.")

    def sublayers(self) -> dict[str, Network]:
        """Both layers, as ``forward`` and ``backward``."""
        forward, backward = self._layers()
        return {"forward": forward, "backward": backward}

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes the params of both layers."""
        sequences = named_inputs(self, example)["sequences"]
        parts = enumerate(self.sublayers().items())
        return {name: layer.init(jax.random.fold_in(key, index), sequences)[0] for index, (name, layer) in parts}, {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, steps, features)`` to the merged outputs, ``(batch, …, 2 · units)`` if they are concatenated.

        Raises:
            ValueError: If a shape does not fit, or there are not as many states as both layers have.
        """
        given = named_inputs(self, inputs)
        results = []
        for index, (name, layer) in enumerate(self.sublayers().items()):
            own = given | {"initial_state": self._half(given["initial_state"], index)}
            outputs, _ = apply_named(layer, name, params, {}, own, training=training, key=key_for(key, index))
            results.append(outputs if self.layer.return_state else (outputs,))
        (forward, *states), (backward, *backward_states) = results
        merged = self._merge(forward, jnp.flip(backward, 1) if self.layer.return_sequences else backward)
        if not self.layer.return_state:
            return merged, state
        return (*(merged if self.merge_mode is None else (merged,)), *states, *backward_states), state

    def _layers(self) -> tuple[Recurrent, Recurrent]:
        backward = self.backward_layer or dataclasses.replace(self.layer, go_backwards=not self.layer.go_backwards)
        # As in Keras, steps that are masked give zeros: what they were before differs between the directions.
        forward, backward = (
            dataclasses.replace(layer, name=None, zero_output_for_mask=layer.return_sequences)
            for layer in (self.layer, backward)
        )
        return forward, backward

    def _half(self, initial: Any, index: int) -> Any:
        if initial is None:
            return None
        number = self.layer.NUM_STATES
        if not isinstance(initial, list | tuple) or len(initial) != 2 * number:
            got = len(initial) if isinstance(initial, list | tuple) else type(initial).__name__
            raise ValueError(
                f"initial_state of {title(self)} must be a list of {2 * number} arrays, the forward layer's first; "
                f"got {got}. Pass what return_state gave."
            )
        return list(initial[index * number : (index + 1) * number])

    def _merge(self, forward: Array, backward: Array) -> Any:
        if self.merge_mode == "concat":
            return jnp.concatenate([forward, backward], axis=-1)
        if self.merge_mode == "mul":
            return forward * backward
        if self.merge_mode is None:
            return forward, backward
        return (forward + backward) / (2 if self.merge_mode == "ave" else 1)
