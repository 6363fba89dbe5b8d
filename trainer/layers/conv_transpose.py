"""Transposed convolutions, which make images larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trainer.counts import check_count
from trainer.layers.activations import Activation
from trainer.layers.checks import check_counts, title
from trainer.layers.constraints import Constraint
from trainer.layers.conv import Convolution
from trainer.layers.convolutions import convolve_transposed
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.layers.windows import Window
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class ConvTranspose(Convolution):
    """The transpose of a convolution: each input adds the kernel, times its value, to the outputs in its window.

    On CPU a small kernel is lowered to a matrix product and slices, see `trainer.layers.convolutions`.

    Attributes:
        filters: Number of output channels.
        kernel_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise: how much larger the outputs are.
        padding: ``"valid"``: the outputs have (length - 1)·stride + max(kernel, stride) positions. ``"same"``:
            length·stride.
        output_padding: Positions behind the outputs: (length - 1)·stride + kernel + this for ``"valid"``, and 1 or 0,
            as the kernel's size is odd or even, instead of the kernel for ``"same"``. None is the lengths above.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        dilation_rate: From one position in the window to the next; greater than 1 only without strides.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        kernel_initializer: For the kernel ``(*kernel_size, filters, channels)``.
        bias_initializer: For the bias ``(filters,)``.
        kernel_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        kernel_constraint: Projection of the kernel after each update.
        bias_constraint: Projection of the bias after each update.
    """

    filters: int
    kernel_size: int | tuple[int, ...]
    strides: int | tuple[int, ...] = 1
    padding: str = "valid"
    output_padding: int | tuple[int, ...] | None = None
    data_format: str | None = None
    dilation_rate: int | tuple[int, ...] = 1
    activation: Activation = None
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no transposed convolution can have.

        Raises:
            ValueError: As `Convolution.__post_init__`, or if an output padding is not less than its stride.
        """
        super().__post_init__()
        self.replace_fields(filters=check_count("filters", self.filters))
        if self.output_padding is None:
            return
        amounts = check_counts("output_padding", self.output_padding, self.RANK, least=0)
        strides: Any = self.strides
        if any(amount >= stride for amount, stride in zip(amounts, strides, strict=True)):
            raise ValueError(f"output_padding must be less than strides, {strides}; got {amounts}. Lower it.")
        self.replace_fields(output_padding=amounts)

    def windows(self, lengths: Sequence[int]) -> tuple[Window, ...]:
        """The windows over the outputs for inputs of these lengths."""
        return tuple(window for window, _ in self._outputs(lengths))

    def _outputs(self, lengths: Sequence[int]) -> list[tuple[Window, int]]:
        """The window along each axis, and the length of the outputs."""
        sizes: Any = self.kernel_size
        strides: Any = self.strides
        dilations: Any = self.dilation_rate
        amounts: Any = self.output_padding or (None,) * self.RANK
        rows = zip(lengths, sizes, strides, dilations, amounts, strict=True)
        return [
            self._output(length, Window(size, stride, dilation, (0, 0)), amount)
            for length, size, stride, dilation, amount in rows
        ]

    def _output(self, length: int, window: Window, amount: int | None) -> tuple[Window, int]:
        whole = (length - 1) * window.stride
        if self.padding == "valid":
            behind = max(0, window.stride - window.extent) if amount is None else amount
            return window, whole + window.extent + behind
        size = whole + (window.stride if amount is None else window.extent % 2 + amount)
        # Keras' rule: of what the outputs lack, the smaller half is cut off in front.
        kept = size - whole + window.extent - 2
        return window._replace(padding=(window.extent - 1 - min(-(-kept // 2), window.extent - 1), 0)), size

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` ``(*kernel_size, filters, channels)`` and ``bias`` ``(filters,)``.

        Raises:
            ValueError: If `example` has another rank.
        """
        kernel = (*self.kernel_size, self.filters, self.num_channels(example))  # type: ignore[misc]
        return self.make_params(key, kernel=kernel, bias=(self.filters,) if self.use_bias else None), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, *spatial, channels)`` to ``(batch, *larger, filters)``, or with the channels first.

        Raises:
            ValueError: If the inputs have another rank or number of channels, or nothing is left of the outputs.
        """
        del training, key
        params, inputs = self.prepare(params, inputs, self.param(params, "kernel").shape[-1])
        windows, lengths = zip(*self._outputs(inputs.shape[1:-1]), strict=True)
        if min(lengths) < 1:
            raise ValueError(
                f"outputs of {title(self)} must have at least one position; got {lengths}. Pass larger inputs."
            )
        outputs = convolve_transposed(inputs, params["kernel"], windows, lengths)
        return self.finish(params, outputs), state


@dataclass(frozen=True)
class Conv1DTranspose(ConvTranspose):
    """`ConvTranspose` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class Conv2DTranspose(ConvTranspose):
    """`ConvTranspose` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class Conv3DTranspose(ConvTranspose):
    """`ConvTranspose` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3
