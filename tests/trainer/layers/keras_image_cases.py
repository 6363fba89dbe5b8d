"""Convolutions, pooling, normalisation and noise here and in Keras, by the same arguments; see keras_cases.py."""

from __future__ import annotations

from typing import Any

from tests.trainer.layers.keras_cases import Case, K
from trainer import layers

SERIES = (2, 7, 4)
IMAGES = (2, 7, 6, 4)
VOLUMES = (2, 4, 5, 3, 2)


def pair(kind: str, shape: tuple[int, ...], *args: Any, trains: bool = False, **kwargs: Any) -> Case:
    """Both layers of a class name, made with the same arguments, which name the case."""
    words = [*map(str, args), *(f"{name}={value}" for name, value in kwargs.items())]
    ours = getattr(layers, kind)(*args, **kwargs)
    return Case("-".join([kind, *words]), ours, lambda: getattr(K, kind)(*args, **kwargs), (shape,), trains)


CONVOLUTIONS = [
    pair("Conv1D", SERIES, 3, 3),
    pair("Conv1D", SERIES, 3, 3, strides=2, padding="same", activation="tanh"),
    pair("Conv1D", SERIES, 3, 2, padding="causal", dilation_rate=3, use_bias=False),
    pair("Conv1D", (2, 4, 7), 6, 3, groups=2, data_format="channels_first"),
    pair("Conv2D", IMAGES, 3, 3),
    pair("Conv2D", IMAGES, 3, (3, 2), strides=(2, 1), padding="same", activation="relu"),
    pair("Conv2D", IMAGES, 4, 3, padding="same", dilation_rate=2, groups=4),
    pair("Conv2D", (2, 4, 6, 7), 4, 2, strides=3, groups=2, use_bias=False, data_format="channels_first"),
    pair("Conv2D", IMAGES, 3, 6, padding="same"),  # too large for slices
    pair("Conv3D", VOLUMES, 3, 2),
    pair("Conv3D", VOLUMES, 2, (1, 2, 3), strides=2, padding="same", data_format="channels_first"),
]
TRANSPOSED = [
    pair("Conv1DTranspose", SERIES, 3, 3),
    pair("Conv1DTranspose", SERIES, 3, 3, strides=2, padding="same", activation="tanh"),
    pair("Conv1DTranspose", SERIES, 3, 2, strides=3, output_padding=1, use_bias=False),
    pair("Conv1DTranspose", SERIES, 3, 3, padding="same", dilation_rate=2),
    pair("Conv2DTranspose", IMAGES, 3, 3, strides=2),
    pair("Conv2DTranspose", IMAGES, 3, (2, 4), strides=(3, 2), padding="same"),
    pair("Conv2DTranspose", IMAGES, 2, 3, strides=2, padding="same", output_padding=1),
    pair("Conv2DTranspose", IMAGES, 2, 6, strides=2, padding="same", data_format="channels_first"),
    pair("Conv3DTranspose", VOLUMES, 2, 2, strides=2, padding="same"),
]
DEPTHWISE = [
    pair("DepthwiseConv1D", SERIES, 3),
    pair("DepthwiseConv1D", SERIES, 3, strides=2, padding="same", depth_multiplier=2, use_bias=False),
    pair("DepthwiseConv2D", IMAGES, 3),
    pair("DepthwiseConv2D", IMAGES, 2, padding="same", depth_multiplier=3, dilation_rate=2, activation="relu"),
    pair("DepthwiseConv2D", IMAGES, 3, strides=2, data_format="channels_first"),
    pair("SeparableConv1D", SERIES, 3, 3),
    pair("SeparableConv1D", SERIES, 3, 2, padding="same", depth_multiplier=2, activation="tanh"),
    pair("SeparableConv2D", IMAGES, 3, 3),
    pair("SeparableConv2D", IMAGES, 3, 3, strides=2, padding="same", depth_multiplier=2, use_bias=False),
]
POOLING = [
    *(pair(f"{kind}Pooling1D", SERIES, 2) for kind in ("Max", "Average")),
    *(pair(f"{kind}Pooling1D", SERIES, 3, 2, "same") for kind in ("Max", "Average")),
    *(pair(f"{kind}Pooling2D", IMAGES, 2) for kind in ("Max", "Average")),
    *(pair(f"{kind}Pooling2D", IMAGES, (3, 2), (1, 2), "same") for kind in ("Max", "Average")),
    *(pair(f"{kind}Pooling2D", IMAGES, 3, 3, "same", data_format="channels_first") for kind in ("Max", "Average")),
    *(pair(f"{kind}Pooling2D", IMAGES, 6, 1) for kind in ("Max", "Average")),  # too large for slices
    *(pair(f"{kind}Pooling3D", VOLUMES, 2) for kind in ("Max", "Average")),
    *(pair(f"Global{kind}Pooling1D", SERIES) for kind in ("Max", "Average")),
    *(pair(f"Global{kind}Pooling2D", IMAGES, keepdims=True) for kind in ("Max", "Average")),
    *(pair(f"Global{kind}Pooling3D", VOLUMES, data_format="channels_first") for kind in ("Max", "Average")),
]
NORMALISATION = [
    pair("BatchNormalization", (6, 4), trains=True),
    pair("BatchNormalization", IMAGES, axis=1, momentum=0.5, epsilon=0.1, trains=True),
    pair("BatchNormalization", SERIES, center=False, scale=False, trains=True),
    pair("LayerNormalization", SERIES),
    pair("LayerNormalization", IMAGES, axis=(1, 3), epsilon=0.1),
    pair("LayerNormalization", SERIES, axis=1, center=False),
    pair("GroupNormalization", IMAGES, 2),
    pair("GroupNormalization", IMAGES, -1, scale=False),
    pair("GroupNormalization", (2, 6, 5, 3), 3, axis=1, epsilon=0.1),
    pair("RMSNormalization", SERIES),
    pair("RMSNormalization", IMAGES, axis=(2, 3), epsilon=0.1),
    pair("UnitNormalization", SERIES),
    pair("UnitNormalization", IMAGES, axis=(1, 2)),
]
CROPS = [
    pair("CenterCrop", IMAGES, 3, 4),
    pair("CenterCrop", IMAGES, 9, 4, data_format="channels_first"),
    pair("CenterCrop", IMAGES, 8, 8),
]

IMAGE_CASES: list[Case] = [*CONVOLUTIONS, *TRANSPOSED, *DEPTHWISE, *POOLING, *NORMALISATION, *CROPS]
