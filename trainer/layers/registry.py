"""The layers by class name, for configurations; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.layers.activation import Activation
from trainer.layers.base import Layer
from trainer.layers.configs import decode, encode, register
from trainer.layers.dense import Dense
from trainer.layers.dropout import Dropout
from trainer.layers.embedding import Embedding
from trainer.layers.feature_normalization import Normalization
from trainer.layers.flatten import Flatten
from trainer.layers.function_layer import Lambda, Rescaling
from trainer.layers.gru import GRU
from trainer.layers.input import Input
from trainer.layers.lstm import LSTM
from trainer.layers.merging import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract
from trainer.layers.model import Model
from trainer.layers.padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from trainer.layers.position_embedding import PositionEmbedding
from trainer.layers.repeat import Repeat
from trainer.layers.reshaping import Permute, RepeatVector, Reshape
from trainer.layers.residual import Residual
from trainer.layers.sequential import Sequential
from trainer.layers.simple_rnn import SimpleRNN
from trainer.layers.sine_position_encoding import SinePositionEncoding
from trainer.layers.time_distributed import TimeDistributed
from trainer.layers.upsampling import UpSampling1D, UpSampling2D, UpSampling3D

LAYERS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Add": Add,
    "Average": Average,
    "Concatenate": Concatenate,
    "Dense": Dense,
    "Dot": Dot,
    "Dropout": Dropout,
    "Embedding": Embedding,
    "Flatten": Flatten,
    "GRU": GRU,
    "Input": Input,
    "LSTM": LSTM,
    "Lambda": Lambda,
    "Maximum": Maximum,
    "Minimum": Minimum,
    "Model": Model,
    "Multiply": Multiply,
    "Normalization": Normalization,
    "Permute": Permute,
    "PositionEmbedding": PositionEmbedding,
    "Repeat": Repeat,
    "RepeatVector": RepeatVector,
    "Rescaling": Rescaling,
    "Reshape": Reshape,
    "Residual": Residual,
    "Sequential": Sequential,
    "SimpleRNN": SimpleRNN,
    "SinePositionEncoding": SinePositionEncoding,
    "Subtract": Subtract,
    "TimeDistributed": TimeDistributed,
    "UpSampling1D": UpSampling1D,
    "UpSampling2D": UpSampling2D,
    "UpSampling3D": UpSampling3D,
    "ZeroPadding1D": ZeroPadding1D,
    "ZeroPadding2D": ZeroPadding2D,
    "ZeroPadding3D": ZeroPadding3D,
}
for _member in LAYERS.values():
    register(_member)


def to_config(layer: Any) -> dict[str, Any]:
    """Returns ``{"class": …, "config": …}``.

    Raises:
        TypeError: If a layer in it is not registered.
    """
    config: dict[str, Any] = encode(layer, "layer")
    return config


def from_config(config: dict[str, Any]) -> Layer:
    """Makes the layer that `to_config` described.

    Raises:
        ValueError: If its class is not registered, or a key is none of its hyperparameters.
    """
    if not isinstance(config, dict) or config.keys() != {"class", "config"}:
        raise ValueError(f"config must hold the keys class and config; got {config!r}. Pass what to_config returned.")
    layer: Layer = decode(config)
    return layer
