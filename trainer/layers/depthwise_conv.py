"""Convolutions of each channel by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from trainer.counts import check_count
from trainer.layers.activations import Activation
from trainer.layers.constraints import Constraint
from trainer.layers.conv import Convolution
from trainer.layers.convolutions import convolve_depthwise
from trainer.layers.initializers import Initializer
from trainer.layers.regularizers import Regularizer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class DepthwiseConv(Convolution):
    """Convolves each channel with `depth_multiplier` kernels of its own.

    Attributes:
        kernel_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise.
        padding: ``"valid"``: none. ``"same"``: zeros around, so that there are ⌈length / stride⌉ windows.
        depth_multiplier: Number of output channels for each input channel.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        dilation_rate: From one position in the window to the next; greater than 1 only without strides.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        depthwise_initializer: For the kernel ``(*kernel_size, channels, depth_multiplier)``.
        bias_initializer: For the bias ``(channels · depth_multiplier,)``.
        depthwise_regularizer: Penalty on the kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        depthwise_constraint: Projection of the kernel after each update.
        bias_constraint: Projection of the bias after each update.
    """

    FIELD_NAMES: ClassVar = {"kernel": "depthwise"}

    kernel_size: int | tuple[int, ...]
    strides: int | tuple[int, ...] = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    data_format: str | None = None
    dilation_rate: int | tuple[int, ...] = 1
    activation: Activation = None
    use_bias: bool = True
    depthwise_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    depthwise_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    depthwise_constraint: Constraint = None
    bias_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no convolution can have.

        Raises:
            ValueError: As `Convolution.__post_init__`, or if `depth_multiplier` is not positive.
        """
        super().__post_init__()
        self.replace_fields(depth_multiplier=check_count("depth_multiplier", self.depth_multiplier))

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``kernel`` ``(*kernel_size, channels, depth_multiplier)`` and ``bias``.

        Raises:
            ValueError: If `example` has another rank, or is smaller than the kernel.
        """
        channels = self.num_channels(example)
        kernel = (*self.kernel_size, channels, self.depth_multiplier)  # type: ignore[misc]
        bias = (channels * self.depth_multiplier,) if self.use_bias else None
        return self.make_params(key, kernel=kernel, bias=bias), {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, *spatial, channels)`` to ``(batch, *windows, channels · depth_multiplier)``.

        Raises:
            ValueError: If the inputs have another rank or number of channels, or are smaller than the kernel.
        """
        del training, key
        params, inputs = self.prepare(params, inputs, self.param(params, "kernel").shape[-2])
        outputs = convolve_depthwise(inputs, params["kernel"], self.windows(inputs.shape[1:-1]))
        return self.finish(params, outputs), state


@dataclass(frozen=True)
class DepthwiseConv1D(DepthwiseConv):
    """`DepthwiseConv` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class DepthwiseConv2D(DepthwiseConv):
    """`DepthwiseConv` over images, ``(batch, height, width, channels)``."""

    RANK = 2
