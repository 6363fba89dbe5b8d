"""Convolutions over series, images and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from trainer.counts import check_count
from trainer.layers.activations import Activation
from trainer.layers.base import Layer
from trainer.layers.checks import check_choice, check_counts, check_features, title
from trainer.layers.constraints import Constraint
from trainer.layers.convolutions import convolve
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.layers.windows import (
    Window,
    channels_back,
    channels_last,
    check_fits,
    check_format,
    check_spatial,
    windows_of,
)
from trainer.protocols import Array, Params, State


class Convolution(Layer):
    """What layers with a sliding kernel share: the checks of its fields, and its windows."""

    RANK: ClassVar[int]

    kernel_size: Any
    strides: Any
    padding: str
    data_format: str | None
    dilation_rate: Any

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no convolution can have.

        Raises:
            ValueError: If a number is not positive, or as many as axes; if a name is unknown; if there are both strides
                and gaps.
        """
        super().__post_init__()
        strides = check_counts("strides", self.strides, self.RANK)
        dilation_rate = check_counts("dilation_rate", self.dilation_rate, self.RANK)
        if max(strides) > 1 and max(dilation_rate) > 1:
            raise ValueError(
                f"dilation_rate must be 1 where strides are greater; got {dilation_rate} with strides {strides}. "
                "Choose one of them."
            )
        check_choice("padding", self.padding, self.paddings())
        self.replace_fields(
            kernel_size=check_counts("kernel_size", self.kernel_size, self.RANK),
            strides=strides,
            dilation_rate=dilation_rate,
            data_format=check_format(self.data_format),
        )

    def paddings(self) -> tuple[str, ...]:
        """The names that `padding` may have."""
        return ("valid", "same")

    def num_channels(self, example: Any) -> int:
        """Number of channels of inputs like `example`.

        Raises:
            ValueError: If they have another rank, or are smaller than the kernel.
        """
        check_spatial(self, example, self.RANK, str(self.data_format))
        is_last = self.data_format == "channels_last"
        self.windows(example.shape[1:-1] if is_last else example.shape[2:])
        return int(example.shape[-1 if is_last else 1])

    def windows(self, lengths: Sequence[int]) -> tuple[Window, ...]:
        """The windows over spatial axes of these lengths.

        Raises:
            ValueError: If one is shorter than the kernel.
        """
        windows = windows_of(lengths, self.kernel_size, self.strides, self.dilation_rate, self.padding)
        check_fits(self, lengths, windows)
        return windows

    def prepare(self, params: Params, inputs: Any, channels: int) -> tuple[Params, Array]:
        """Checks inputs and converts them and the params; the channels come last.

        Raises:
            ValueError: If the inputs have not the rank, or not as many channels as the kernel.
        """
        check_spatial(self, inputs, self.RANK, str(self.data_format))
        check_features(self, inputs, channels, -1 if self.data_format == "channels_last" else 1)
        params, inputs = self.policy.cast(params, inputs)
        return params, channels_last(inputs, str(self.data_format))

    def finish(self, params: Params, outputs: Array) -> Array:
        """Adds the bias, puts the channels where they were, and activates."""
        outputs = outputs + params["bias"] if "bias" in params else outputs
        return self.activate(channels_back(outputs, str(self.data_format)))


@dataclass(frozen=True)
class Conv(Convolution):
    """``activation(convolution(inputs, kernel) + bias)``; the kernel slides over the spatial axes.

    On CPU a small kernel is lowered to slices and a matrix product, see `trainer.layers.convolutions`.

    Attributes:
        filters: Number of output channels.
        kernel_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise.
        padding: ``"valid"``: none. ``"same"``: zeros around, so that there are ⌈length / stride⌉ windows. In 1-D also
            ``"causal"``: zeros in front, so that no output depends on later inputs.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        dilation_rate: From one position in the window to the next; greater than 1 only without strides.
        groups: Channels and filters fall into this many independent parts.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        kernel_initializer: For the kernel ``(*kernel_size, channels / groups, filters)``.
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
    data_format: str | None = None
    dilation_rate: int | tuple[int, ...] = 1
    groups: int = 1
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
        """Refuses hyperparameters that no convolution can have.

        Raises:
            ValueError: As `Convolution.__post_init__`, or if the filters do not fall into the groups.
        """
        super().__post_init__()
        self.replace_fields(filters=check_count("filters", self.filters), groups=check_count("groups", self.groups))
        if self.filters % self.groups:
            raise ValueError(
                f"filters must be a multiple of groups; got {self.filters} filters and {self.groups} groups. "
                "Change one of them."
            )

    def paddings(self) -> tuple[str, ...]:
        """The names that `padding` may have."""
        return ("valid", "same", "causal") if self.RANK == 1 else ("valid", "same")

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` ``(*kernel_size, channels / groups, filters)`` and ``bias`` ``(filters,)``.

        Raises:
            ValueError: If the channels of `example` do not fall into the groups, or it is smaller than the kernel.
        """
        channels = self.num_channels(example)
        if channels % self.groups:
            raise ValueError(
                f"inputs of {title(self)} must have a multiple of {self.groups} channels, its groups; got {channels}. "
                "Change groups."
            )
        kernel = (*self.kernel_size, channels // self.groups, self.filters)  # type: ignore[misc]
        return self.make_params(key, kernel=kernel, bias=(self.filters,) if self.use_bias else None), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, *spatial, channels)`` to ``(batch, *windows, filters)``, or with the channels first.

        Raises:
            ValueError: If the inputs have another rank or number of channels, or are smaller than the kernel.
        """
        del training, key
        params, inputs = self.prepare(params, inputs, self.param(params, "kernel").shape[-2] * self.groups)
        outputs = convolve(inputs, params["kernel"], self.windows(inputs.shape[1:-1]), self.groups)
        return self.finish(params, outputs), state


@dataclass(frozen=True)
class Conv1D(Conv):
    """`Conv` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class Conv2D(Conv):
    """`Conv` over images, ``(batch, height, width, channels)``."""

    RANK = 2


@dataclass(frozen=True)
class Conv3D(Conv):
    """`Conv` over volumes, ``(batch, depth, height, width, channels)``."""

    RANK = 3
