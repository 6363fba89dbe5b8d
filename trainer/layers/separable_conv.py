"""Convolutions of each channel by itself, and then over the channels."""

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
class SeparableConv(Convolution):
    """Convolves each channel with `depth_multiplier` kernels of its own, then mixes the channels at each position.

    Attributes:
        filters: Number of output channels.
        kernel_size: Of the window, for each spatial axis; one integer stands for all.
        strides: From one window to the next, likewise.
        padding: ``"valid"``: none. ``"same"``: zeros around, so that there are ⌈length / stride⌉ windows.
        data_format: ``"channels_last"`` (None is the same) or ``"channels_first"``.
        dilation_rate: From one position in the window to the next; greater than 1 only without strides.
        depth_multiplier: Number of channels between the two, for each input channel.
        activation: Name or function; None is linear.
        use_bias: Whether there is a bias.
        depthwise_initializer: For the first kernel, ``(*kernel_size, channels, depth_multiplier)``.
        pointwise_initializer: For the second kernel, ``(1, …, channels · depth_multiplier, filters)``.
        bias_initializer: For the bias ``(filters,)``.
        depthwise_regularizer: Penalty on the first kernel.
        pointwise_regularizer: Penalty on the second kernel.
        bias_regularizer: Penalty on the bias.
        activity_regularizer: Penalty on the outputs of each row.
        depthwise_constraint: Projection of the first kernel after each update.
        pointwise_constraint: Projection of the second kernel after each update.
        bias_constraint: Projection of the bias after each update.
    """

    FIELD_NAMES: ClassVar = {"depthwise_kernel": "depthwise", "pointwise_kernel": "pointwise"}

    filters: int
    kernel_size: int | tuple[int, ...]
    strides: int | tuple[int, ...] = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: int | tuple[int, ...] = 1
    depth_multiplier: int = 1
    activation: Activation = None
    use_bias: bool = True
    depthwise_initializer: Initializer = "glorot_uniform"
    pointwise_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    depthwise_regularizer: Regularizer = None
    pointwise_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    activity_regularizer: Regularizer = None
    depthwise_constraint: Constraint = None
    pointwise_constraint: Constraint = None
    bias_constraint: Constraint = None

    def __post_init__(self) -> None:
        """Refuses hyperparameters that no convolution can have.

        Raises:
            ValueError: As `Convolution.__post_init__`, or if a number of channels is not positive.
        """
        super().__post_init__()
        self.replace_fields(
            filters=check_count("filters", self.filters),
            depth_multiplier=check_count("depth_multiplier", self.depth_multiplier),
        )

    def init(self, key: Array, example: Any) -> tuple[Params, State]:
        """Makes ``depthwise_kernel``, ``pointwise_kernel`` and ``bias``.

        Raises:
            ValueError: If `example` has another rank, or is smaller than the kernel.
        """
        channels = self.num_channels(example)
        params = self.make_params(
            key,
            depthwise_kernel=(*self.kernel_size, channels, self.depth_multiplier),  # type: ignore[misc]
            pointwise_kernel=(*(1,) * self.RANK, channels * self.depth_multiplier, self.filters),
            bias=(self.filters,) if self.use_bias else None,
        )
        return params, {}

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Maps ``(batch, *spatial, channels)`` to ``(batch, *windows, filters)``, or with the channels first.

        Raises:
            ValueError: If the inputs have another rank or number of channels, or are smaller than the kernel.
        """
        del training, key
        params, inputs = self.prepare(params, inputs, self.param(params, "depthwise_kernel").shape[-2])
        between = convolve_depthwise(inputs, params["depthwise_kernel"], self.windows(inputs.shape[1:-1]))
        outputs = between @ params["pointwise_kernel"].reshape(between.shape[-1], -1)
        return self.finish(params, outputs), state


@dataclass(frozen=True)
class SeparableConv1D(SeparableConv):
    """`SeparableConv` over series, ``(batch, steps, channels)``."""

    RANK = 1


@dataclass(frozen=True)
class SeparableConv2D(SeparableConv):
    """`SeparableConv` over images, ``(batch, height, width, channels)``."""

    RANK = 2
