"""Layers here beside the same layers in Keras 3; test_keras.py walks the table.

A case is a line: the name, ours, a function that makes theirs, and the shapes of the inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras

from trainer import layers
from trainer.layers import activations


class Case(NamedTuple):
    """Two layers that must agree.

    Attributes:
        name: Says what is special; the test's id.
        ours: The layer.
        theirs: Makes Keras' layer.
        shapes: Of each input; several are handed over as a list.
        trains: Whether training mode differs and is compared too.
        largest: Inputs are integers in ``[0, largest)`` instead of numbers.
        has_grads: Whether gradients are compared.
        spread: Whether Keras takes several inputs as arguments of their own instead of a list.
        named: Arrays that both take by name.
        options: What Keras takes at the call, and ours as a hyperparameter.
    """

    name: str
    ours: layers.Layer
    theirs: Callable[[], Any]
    shapes: tuple[tuple[int, ...], ...]
    trains: bool = False
    largest: int | None = None
    has_grads: bool = True
    spread: bool = False
    named: dict[str, Any] = {}
    options: dict[str, Any] = {}


K = keras.layers

CORE = [
    Case("dense", layers.Dense(5), lambda: K.Dense(5), ((6, 4),)),
    Case("dense_gelu", layers.Dense(5, "gelu"), lambda: K.Dense(5, "gelu"), ((6, 4),)),
    Case("dense_no_bias", layers.Dense(5, use_bias=False), lambda: K.Dense(5, use_bias=False), ((6, 4),)),
    Case("dense_softmax_over_time", layers.Dense(5, "softmax"), lambda: K.Dense(5, "softmax"), ((2, 3, 4),)),
    Case("flatten", layers.Flatten(), lambda: K.Flatten(), ((2, 3, 4),)),
    Case("flatten_of_scalars", layers.Flatten(), lambda: K.Flatten(), ((3,),)),
]
ACTIVATIONS = [
    Case(f"activation_{name}", layers.Activation(name), lambda name=name: K.Activation(name), ((3, 8),))
    for name in activations.NAMES
    # Keras 3.15's sparsemax adds up its cumulative sum: the outputs do not sum to 1.
    if hasattr(keras.activations, name) and name != "sparsemax"
]

STRUCTURE = [
    Case("reshape", layers.Reshape((4, -1)), lambda: K.Reshape((4, -1)), ((2, 3, 8),)),
    Case("permute", layers.Permute((3, 1, 2)), lambda: K.Permute((3, 1, 2)), ((2, 3, 4, 5),)),
    Case("repeat_vector", layers.RepeatVector(3), lambda: K.RepeatVector(3), ((2, 4),)),
    Case("zero_padding_1d", layers.ZeroPadding1D((1, 2)), lambda: K.ZeroPadding1D((1, 2)), ((2, 3, 4),)),
    Case("zero_padding_2d", layers.ZeroPadding2D((1, 2)), lambda: K.ZeroPadding2D((1, 2)), ((2, 3, 4, 2),)),
    Case(
        "zero_padding_3d",
        layers.ZeroPadding3D(((0, 1), (2, 0), (1, 1))),
        lambda: K.ZeroPadding3D(((0, 1), (2, 0), (1, 1))),
        ((2, 1, 2, 3, 2),),
    ),
    *(
        Case(
            f"{name}_channels_first",
            getattr(layers, name)(data_format="channels_first"),
            lambda name=name: getattr(K, name)(data_format="channels_first"),
            ((2, 2, *(3,) * rank),),
        )
        for name, rank in {
            "Flatten": 2,
            "UpSampling2D": 2,
            "UpSampling3D": 3,
            "ZeroPadding1D": 1,
            "ZeroPadding3D": 3,
        }.items()
    ),
    Case("up_sampling_1d", layers.UpSampling1D(3), lambda: K.UpSampling1D(3), ((2, 3, 4),)),
    Case("up_sampling_2d", layers.UpSampling2D((2, 3)), lambda: K.UpSampling2D((2, 3)), ((2, 3, 4, 2),)),
    *(
        Case(
            f"up_sampling_2d_{method}",
            layers.UpSampling2D(2, interpolation=method),
            lambda method=method: K.UpSampling2D(2, interpolation=method),
            ((2, 3, 4, 2),),
        )
        for method in ("bilinear", "bicubic", "lanczos3", "lanczos5")
    ),
    Case("up_sampling_3d", layers.UpSampling3D((1, 2, 3)), lambda: K.UpSampling3D((1, 2, 3)), ((2, 1, 2, 3, 2),)),
    *(
        Case(name, getattr(layers, name)(), getattr(K, name), ((2, 3, 4),) * number)
        for name, number in [
            ("Add", 3),
            ("Average", 3),
            ("Maximum", 3),
            ("Minimum", 3),
            ("Multiply", 3),
            ("Subtract", 2),
        ]
    ),
    Case("add_of_ranks", layers.Add(), lambda: K.Add(), ((2, 4), (2, 3, 4))),
    Case("concatenate", layers.Concatenate(), lambda: K.Concatenate(), ((2, 3), (2, 4), (2, 1))),
    Case("concatenate_axis", layers.Concatenate(1), lambda: K.Concatenate(1), ((2, 3, 4), (2, 1, 4))),
    Case("dot_of_vectors", layers.Dot(1), lambda: K.Dot(1), ((3, 4), (3, 4))),
    Case("dot_of_matrices", layers.Dot((2, 1)), lambda: K.Dot((2, 1)), ((2, 3, 4), (2, 4, 5))),
    Case("cosines", layers.Dot(-1, normalize=True), lambda: K.Dot(-1, normalize=True), ((2, 3, 4), (2, 5, 4))),
    Case("rescaling", layers.Rescaling(0.5, -1.0), lambda: K.Rescaling(0.5, -1.0), ((2, 3),)),
    Case(
        "normalization",
        layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 0.0]),
        lambda: K.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 0.0]),
        ((4, 2, 3),),
    ),
    Case(
        "normalization_inverse",
        layers.Normalization(mean=1.0, variance=4.0, invert=True, axis=None),
        lambda: K.Normalization(mean=1.0, variance=4.0, invert=True, axis=None),
        ((4, 3),),
    ),
    Case(
        "time_distributed", layers.TimeDistributed(layers.Dense(5)), lambda: K.TimeDistributed(K.Dense(5)), ((2, 3, 4),)
    ),
]

CASES: list[Case] = [*CORE, *ACTIVATIONS, *STRUCTURE]
