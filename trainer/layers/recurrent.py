"""What recurrent layers share: all of it but the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, TypeAlias

import jax
import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.activations import Activation
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, check_features, check_share, check_steps, title
from trainer.layers.constraints import Constraint
from trainer.layers.dropouts import Dropout
from trainer.layers.initializers import Initializer
from trainer.layers.named_inputs import named_inputs
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State

States: TypeAlias = tuple[Array, ...]
# What dropout multiplies with: one array for all gates, or one for each.
Masks: TypeAlias = Sequence[Array]


@dataclass(frozen=True)
class Recurrent(Layer):
    """A layer that goes over the steps of sequences with a state.

    Inputs are ``sequences`` ``(batch, steps, features)``, or ``layer(sequences, initial_state=…, mask=…)``:
    ``initial_state`` is ``(batch, units)``, or a list of these where there are several states, and zeros if it is not
    given; where ``mask`` ``(batch, steps)`` is False the state stays as it was. There is no ``stateful``: hand the
    states over yourself, with `return_state` and ``initial_state``.

    A member defines `project` and `step`.

    Attributes:
        units: Size of the state.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        kernel_initializer: Name or function for the kernel ``(features, gates · units)``.
        recurrent_initializer: Name or function for the recurrent kernel ``(units, gates · units)``.
        bias_initializer: Name or function for the bias.
        kernel_regularizer: Penalty on the kernel.
        recurrent_regularizer: Penalty on the recurrent kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        kernel_constraint: Projection of the kernel after each update.
        recurrent_constraint: Projection of the recurrent kernel after each update.
        bias_constraint: Projection of the bias after each update.
        dropout: Share of the inputs set to 0 while training, the same ones in all steps.
        recurrent_dropout: Share of the state set to 0 on its way into the gates, the same ones in all steps.
        return_sequences: Whether to return the outputs of all steps ``(batch, steps, units)``, or of the last alone.
        return_state: Whether to return ``(outputs, state, …)`` with the last states.
        go_backwards: Whether to begin at the last step; the outputs are in the order in which they are made.
        unroll: Whether the program has the steps one by one instead of a loop: longer to compile, sometimes faster.
        zero_output_for_mask: Whether outputs are 0 where the mask is False, instead of what they were before.
    """

    units: int
    activation: Activation = "tanh"
    _: KW_ONLY
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    recurrent_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    recurrent_constraint: Constraint = None
    bias_constraint: Constraint = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    INPUT_NAMES = ("sequences", "initial_state", "mask")
    FIELD_NAMES = {"recurrent_kernel": "recurrent"}
    # How many times `units` the kernels give, and how many states there are.
    NUM_GATES: ClassVar[int] = 1
    NUM_STATES: ClassVar[int] = 1

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no layer can have.

        Raises:
            ValueError: If `units` is not a positive integer, a share is outside [0, 1), or a name is unknown.
        """
        super().__post_init__()
        self.replace_fields(
            units=check_count("units", self.units),
            dropout=check_share("dropout", self.dropout),
            recurrent_dropout=check_share("recurrent_dropout", self.recurrent_dropout),
        )

    @property
    def is_hoisted(self) -> bool:
        """Whether the products with the inputs of all steps are one, outside of the loop.

        Not on CPU: what the loop then reads costs more than small products do (GRU(64) on 32 features: 1.6 ms against
        0.5, LSTM(256) on 128: 54 ms against 32; gradients 184 against 152).
        """
        return jax.default_backend() != "cpu"

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """Shape of ``bias``."""
        return (self.NUM_GATES * self.units,)

    def project(self, params: Params, sequences: Array, masks: Masks | None) -> Array:
        """What the inputs ``(…, batch, features)`` of one step or of all add to the gates."""
        projected = product(sequences, params["kernel"], masks)
        return projected + params["bias"] if self.use_bias else projected

    def step(self, params: Params, projected: Array, states: States, masks: Masks | None) -> States:
        """The states after a step; the first is the output.

        Args:
            params: The layer's.
            projected: What `project` gave for this step, ``(batch, gates · units)``.
            states: Those before, each ``(batch, units)``.
            masks: Dropout of the state on its way into the gates.
        """
        raise NotImplementedError(f"{type(self).__name__} must define step.")

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel``, ``recurrent_kernel`` and ``bias``.

        Raises:
            ValueError: If `example` is not of sequences.
        """
        sequences = named_inputs(self, example)["sequences"]
        check_axes(self, sequences, "batch", "steps", "features")
        width = self.NUM_GATES * self.units
        return self.make_params(
            key,
            kernel=(sequences.shape[-1], width),
            recurrent_kernel=(self.units, width),
            bias=self.bias_shape if self.use_bias else None,
        ), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, steps, features)`` to ``(batch, units)``, or as `return_sequences` and `return_state` say.

        Raises:
            ValueError: If the shape of an input does not fit, or `training` with dropout and without `key`.
        """
        given = named_inputs(self, inputs)
        check_axes(self, given["sequences"], "batch", "steps", "features")
        check_features(self, given["sequences"], self.param(params, "kernel").shape[0])
        sequences, params = self.policy.cast(given["sequences"], params)
        states = self._initial_states(given["initial_state"], sequences)
        is_real = self._mask_by_step(given["mask"], sequences)
        input_masks, recurrent_masks = self._dropout_masks(sequences, training, key)
        by_step = jnp.swapaxes(sequences, 0, 1)
        by_step = self.project(params, by_step, input_masks) if self.is_hoisted else by_step

        def step(states: States, x: tuple[Array, Array | None]) -> tuple[States, Array | None]:
            projected = x[0] if self.is_hoisted else self.project(params, x[0], input_masks)
            stepped = self.step(params, projected, states, recurrent_masks)
            if x[1] is not None:
                stepped = tuple(jnp.where(x[1], new, old) for new, old in zip(stepped, states, strict=True))
            return stepped, self._output(stepped, x[1]) if self.return_sequences else None

        states, outputs = jax.lax.scan(
            step, states, (by_step, is_real), reverse=self.go_backwards, unroll=True if self.unroll else 1
        )
        return self._results(states, outputs, is_real), state

    def _output(self, states: States, is_real: Array | None) -> Array:
        if is_real is None or not self.zero_output_for_mask:
            return states[0]
        return jnp.where(is_real, states[0], jnp.zeros_like(states[0]))

    def _results(self, states: States, outputs: Array | None, is_real: Array | None) -> Any:
        if outputs is None:
            last = 0 if self.go_backwards else -1
            results = self._output(states, None if is_real is None else is_real[last])
        else:
            results = jnp.swapaxes(jnp.flip(outputs, 0) if self.go_backwards else outputs, 0, 1)
        results = self.penalize(results)
        return (results, *states) if self.return_state else results

    def _initial_states(self, initial: Any, sequences: Array) -> States:
        shape = (sequences.shape[0], self.units)
        if initial is None:
            return (jnp.zeros(shape, sequences.dtype),) * self.NUM_STATES
        states = tuple(initial) if isinstance(initial, list | tuple) else (initial,)
        shapes = [tuple(jnp.shape(item)) for item in states]
        if shapes != [shape] * self.NUM_STATES:
            several = f" {self.NUM_STATES} arrays of" if self.NUM_STATES > 1 else ""
            raise ValueError(
                f"initial_state of {title(self)} must be{several} shape {shape}; got {', '.join(map(str, shapes))}. "
                "Pass what return_state gave."
            )
        return tuple(jnp.asarray(item, sequences.dtype) for item in states)

    def _mask_by_step(self, mask: Any, sequences: Array) -> Array | None:
        """The mask as ``(steps, batch, 1)``."""
        if mask is None:
            return None
        check_steps(self, "mask", mask, sequences.shape[:2])
        return jnp.swapaxes(jnp.asarray(mask, bool), 0, 1)[..., None]

    def _dropout_masks(self, sequences: Array, training: bool, key: Array | None) -> tuple[Masks | None, Masks | None]:
        """Masks for the inputs and for the state: of their own for each gate with `recurrent_dropout`, as in Keras."""
        count = self.NUM_GATES if self.recurrent_dropout else 1
        batch, _, features = sequences.shape

        def draw(number: int, rate: float, size: int) -> Masks | None:
            if not training or not rate:
                return None
            draw_key = None if key is None else jax.random.fold_in(key, number)
            ones = jnp.ones((count, batch, size), sequences.dtype)
            return list(Dropout(rate).call(ones, training=True, key=draw_key))

        return draw(0, self.dropout, features), draw(1, self.recurrent_dropout, self.units)


def product(inputs: Array, kernel: Array, masks: Masks | None) -> Array:
    """``inputs @ kernel``, the inputs multiplied by a mask before: one for all columns, or for each equal part."""
    if masks is None:
        return inputs @ kernel
    parts = jnp.split(kernel, len(masks), axis=1)
    return jnp.concatenate([(inputs * mask) @ part for mask, part in zip(masks, parts, strict=True)], axis=-1)
