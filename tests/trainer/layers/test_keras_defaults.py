"""Each layer has the hyperparameters of the Keras layer of its name, with the same defaults."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from trainer import layers
from trainer.layers import activations, initializers

keras = pytest.importorskip("keras")

# Layer → the arguments without a default.
REQUIRED: dict[str, tuple[Any, ...]] = {
    "Activation": ("relu",),
    "Add": (),
    "AdditiveAttention": (),
    "AlphaDropout": (0.5,),
    "Attention": (),
    "Average": (),
    "AveragePooling1D": (2,),
    "AveragePooling2D": (2,),
    "AveragePooling3D": (2,),
    "BatchNormalization": (),
    "CenterCrop": (3, 4),
    "Concatenate": (),
    "Conv1D": (3, 2),
    "Conv1DTranspose": (3, 2),
    "Conv2D": (3, 2),
    "Conv2DTranspose": (3, 2),
    "Conv3D": (3, 2),
    "Conv3DTranspose": (3, 2),
    "Dense": (5,),
    "DepthwiseConv1D": (2,),
    "DepthwiseConv2D": (2,),
    "Dropout": (0.5,),
    "Embedding": (7, 3),
    "Flatten": (),
    "GRU": (5,),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (0.5,),
    "GlobalAveragePooling1D": (),
    "GlobalAveragePooling2D": (),
    "GlobalAveragePooling3D": (),
    "GlobalMaxPooling1D": (),
    "GlobalMaxPooling2D": (),
    "GlobalMaxPooling3D": (),
    "GroupNormalization": (),
    "GroupQueryAttention": (3, 4, 2),
    "LSTM": (5,),
    "LayerNormalization": (),
    "MaxPooling1D": (2,),
    "MaxPooling2D": (2,),
    "MaxPooling3D": (2,),
    "Maximum": (),
    "Minimum": (),
    "MultiHeadAttention": (2, 3),
    "Multiply": (),
    "Permute": ((2, 1),),
    "RMSNormalization": (),
    "RandomBrightness": ((-0.1, 0.2),),
    "RandomContrast": ((0.1, 0.2),),
    "RandomCrop": (3, 4),
    "RandomFlip": (),
    "RandomRotation": ((-0.1, 0.2),),
    "RandomTranslation": ((-0.1, 0.2), (0.1, 0.3)),
    "RandomZoom": ((-0.1, 0.2),),
    "RepeatVector": (2,),
    "Rescaling": (2.0,),
    "Reshape": ((2, 3),),
    "SeparableConv1D": (3, 2),
    "SeparableConv2D": (3, 2),
    "SimpleRNN": (5,),
    "SpatialDropout1D": (0.5,),
    "SpatialDropout2D": (0.5,),
    "SpatialDropout3D": (0.5,),
    "Subtract": (),
    "UnitNormalization": (),
    "UpSampling2D": (),
    "UpSampling3D": (),
    "ZeroPadding2D": (),
    "ZeroPadding3D": (),
}
# Of every layer: seeds come as keys, types by the precision policy.
EVERYWHERE = {"dtype", "name", "trainable", "seed"}
LEFT_OUT: dict[str, set[str]] = {
    "BatchNormalization": {"renorm", "renorm_clipping", "renorm_momentum", "synchronized"},
    "Dense": {"quantization_config"},
    "Embedding": {"mask_zero", "quantization_config"},
    "GRU": {"stateful"},
    "LSTM": {"stateful"},
    "LayerNormalization": {"rms_scaling"},
    "SimpleRNN": {"stateful"},
}
# Keras takes them at the call.
AT_THE_CALL = {"use_causal_mask", "return_attention_scores"}
# Keras' own config names these only where they are set.
OURS_ALONE: dict[str, set[str]] = {
    "Activation": {"activity_regularizer"},
    "AdditiveAttention": AT_THE_CALL,
    "Attention": AT_THE_CALL,
    "Dense": {"activity_regularizer"},
    "GroupQueryAttention": AT_THE_CALL,
    "MultiHeadAttention": AT_THE_CALL,
    "RMSNormalization": {"scale_initializer"},
    "SpatialDropout1D": {"data_format"},
}


def plain(name: str, value: Any) -> Any:
    """A hyperparameter of either side as something to compare."""
    kind = name.rpartition("_")[2]
    if kind == "initializer":
        return initializer_title(value)
    if kind == "activation":
        return activations.get(value)
    return tuple(value) if isinstance(value, list) else value


def initializer_title(value: Any) -> Any:
    """Class and arguments, as Keras has them."""
    if isinstance(value, dict):  # from Keras' config
        config = value["config"]
        return value["class_name"], {k: v for k, v in config.items() if k not in ("seed", "input_axes", "output_axes")}
    found = initializers.get(value)
    names = [name for name in initializers.NAMES if name.startswith("glorot") and initializers.get(name) == found]
    return (names[0].title().replace("_", ""), {}) if names else (type(found).__name__, found.get_config())


@pytest.mark.parametrize("name", REQUIRED)
def test_defaults_are_those_of_keras(name: str) -> None:
    theirs = getattr(keras.layers, name)(*REQUIRED[name]).get_config()
    ours = getattr(layers, name)(*REQUIRED[name])
    fields = {field.name: getattr(ours, field.name) for field in dataclasses.fields(ours)}

    shared = fields.keys() & theirs.keys() - EVERYWHERE
    assert theirs.keys() - fields.keys() - EVERYWHERE == LEFT_OUT.get(name, set())
    assert fields.keys() - theirs.keys() - EVERYWHERE == OURS_ALONE.get(name, set())
    assert {key: plain(key, fields[key]) for key in shared} == {key: plain(key, theirs[key]) for key in shared}
