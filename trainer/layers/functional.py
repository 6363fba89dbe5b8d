"""TensorFlow 1.0's spelling: ``h = layers.dense(inputs, units=10, activation=jax.nn.relu)``.

Each function makes the layer of the same name with the arguments that follow `inputs`, and calls it: on arrays inside
a ``model_fn`` or a layer's ``call``, elsewhere on symbolic tensors. A second call with the same `name` shares the
weights. As in TensorFlow, dropout and batch normalisation take ``training=mode == "train"``; left out, the mode of the
pass holds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax

from trainer.layers import build
from trainer.layers.activation_layer import Activation
from trainer.layers.base import Layer
from trainer.layers.batch_norm import BatchNormalization
from trainer.layers.conv import Conv1D, Conv2D, Conv3D
from trainer.layers.conv_transpose import Conv2DTranspose, Conv3DTranspose
from trainer.layers.dense_layer import Dense
from trainer.layers.dropouts import Dropout
from trainer.layers.flattening import Flatten
from trainer.layers.naming import snake_case
from trainer.layers.pool import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from trainer.layers.separable_conv import SeparableConv1D, SeparableConv2D


def spelled(layer: type[Layer], name: str | None = None, **defaults: Any) -> Callable[..., Any]:
    """Makes the function of a layer.

    Args:
        layer: Its class.
        name: The function's name; None takes that of the class.
        defaults: Values where TensorFlow's default is not that of the layer.
    """

    def function(inputs: Any, *args: Any, training: bool | None = None, **options: Any) -> Any:
        given = inspect.signature(layer).bind_partial(*args, **options).arguments
        made = layer(**{**defaults, **given})
        if training is None:
            return made(inputs)
        if any(hasattr(leaf, "place_layer") for leaf in jax.tree.leaves(inputs)):
            raise ValueError(
                f"training must be None on symbolic inputs; got {training!r}. Pass it to the network's apply."
            )
        return build.current(function.__name__).call(made, inputs, training=training)

    function.__name__ = function.__qualname__ = name or snake_case(layer.__name__)
    function.__doc__ = f"Calls a `{layer.__name__}` with the arguments after `inputs`; see there."
    function.__signature__ = _signature(layer, defaults)  # type: ignore[attr-defined]
    return function


def _signature(layer: type[Layer], defaults: dict[str, Any]) -> inspect.Signature:
    inputs = inspect.Parameter("inputs", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    training = inspect.Parameter("training", inspect.Parameter.KEYWORD_ONLY, default=None)
    own = [
        parameter.replace(default=defaults.get(parameter.name, parameter.default))
        for parameter in inspect.signature(layer).parameters.values()
    ]
    positional = [parameter for parameter in own if parameter.kind is not parameter.KEYWORD_ONLY]
    return inspect.Signature([inputs, *positional, training, *(item for item in own if item not in positional)])


activation = spelled(Activation)
average_pooling1d = spelled(AveragePooling1D)
average_pooling2d = spelled(AveragePooling2D)
average_pooling3d = spelled(AveragePooling3D)
batch_normalization = spelled(BatchNormalization)
conv1d = spelled(Conv1D)
conv2d = spelled(Conv2D)
conv2d_transpose = spelled(Conv2DTranspose)
conv3d = spelled(Conv3D)
conv3d_transpose = spelled(Conv3DTranspose)
dense = spelled(Dense)
dropout = spelled(Dropout, rate=0.5)
flatten = spelled(Flatten)
max_pooling1d = spelled(MaxPooling1D)
max_pooling2d = spelled(MaxPooling2D)
max_pooling3d = spelled(MaxPooling3D)
separable_conv1d = spelled(SeparableConv1D)
separable_conv2d = spelled(SeparableConv2D)
