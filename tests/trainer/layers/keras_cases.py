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
    """

    name: str
    ours: layers.Layer
    theirs: Callable[[], Any]
    shapes: tuple[tuple[int, ...], ...]
    trains: bool = False
    largest: int | None = None
    has_grads: bool = True


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

CASES: list[Case] = [*CORE, *ACTIVATIONS]
