"""The layers by class name, for configurations; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.layers.activation_layer import Activation
from trainer.layers.attention import AdditiveAttention, Attention
from trainer.layers.augmentation import CenterCrop, RandomBrightness, RandomContrast, RandomCrop, RandomFlip
from trainer.layers.base import Layer
from trainer.layers.batch_norm import BatchNormalization
from trainer.layers.bidirectional import Bidirectional
from trainer.layers.configs import decode, encode, register
from trainer.layers.conv import Conv1D, Conv2D, Conv3D
from trainer.layers.conv_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from trainer.layers.dense_layer import Dense
from trainer.layers.depthwise_conv import DepthwiseConv1D, DepthwiseConv2D
from trainer.layers.dropouts import AlphaDropout, Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from trainer.layers.embedding import Embedding
from trainer.layers.feature_normalization import Normalization
from trainer.layers.flattening import Flatten
from trainer.layers.function_layer import Lambda, Rescaling
from trainer.layers.global_pool import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from trainer.layers.group_norm import GroupNormalization
from trainer.layers.group_query_attention import GroupQueryAttention
from trainer.layers.gru import GRU
from trainer.layers.input import Input
from trainer.layers.layer_norm import LayerNormalization, RMSNormalization, UnitNormalization
from trainer.layers.lstm import LSTM
from trainer.layers.merging import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract
from trainer.layers.model import Model
from trainer.layers.multi_head_attention import MultiHeadAttention
from trainer.layers.noise import GaussianDropout, GaussianNoise
from trainer.layers.padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from trainer.layers.pool import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from trainer.layers.position_embedding import PositionEmbedding
from trainer.layers.random_affine import RandomRotation, RandomTranslation, RandomZoom
from trainer.layers.repeat import Repeat
from trainer.layers.reshaping import Permute, RepeatVector, Reshape
from trainer.layers.residual import Residual
from trainer.layers.separable_conv import SeparableConv1D, SeparableConv2D
from trainer.layers.sequential import Sequential
from trainer.layers.simple_rnn import SimpleRNN
from trainer.layers.sine_position_encoding import SinePositionEncoding
from trainer.layers.time_distributed import TimeDistributed
from trainer.layers.upsampling import UpSampling1D, UpSampling2D, UpSampling3D

LAYERS: dict[str, type[Layer]] = {
    "Activation": Activation,
    "Add": Add,
    "AdditiveAttention": AdditiveAttention,
    "AlphaDropout": AlphaDropout,
    "Attention": Attention,
    "Average": Average,
    "AveragePooling1D": AveragePooling1D,
    "AveragePooling2D": AveragePooling2D,
    "AveragePooling3D": AveragePooling3D,
    "BatchNormalization": BatchNormalization,
    "Bidirectional": Bidirectional,
    "CenterCrop": CenterCrop,
    "Concatenate": Concatenate,
    "Conv1D": Conv1D,
    "Conv1DTranspose": Conv1DTranspose,
    "Conv2D": Conv2D,
    "Conv2DTranspose": Conv2DTranspose,
    "Conv3D": Conv3D,
    "Conv3DTranspose": Conv3DTranspose,
    "Dense": Dense,
    "DepthwiseConv1D": DepthwiseConv1D,
    "DepthwiseConv2D": DepthwiseConv2D,
    "Dot": Dot,
    "Dropout": Dropout,
    "Embedding": Embedding,
    "Flatten": Flatten,
    "GRU": GRU,
    "GaussianDropout": GaussianDropout,
    "GaussianNoise": GaussianNoise,
    "GlobalAveragePooling1D": GlobalAveragePooling1D,
    "GlobalAveragePooling2D": GlobalAveragePooling2D,
    "GlobalAveragePooling3D": GlobalAveragePooling3D,
    "GlobalMaxPooling1D": GlobalMaxPooling1D,
    "GlobalMaxPooling2D": GlobalMaxPooling2D,
    "GlobalMaxPooling3D": GlobalMaxPooling3D,
    "GroupNormalization": GroupNormalization,
    "GroupQueryAttention": GroupQueryAttention,
    "Input": Input,
    "LSTM": LSTM,
    "Lambda": Lambda,
    "LayerNormalization": LayerNormalization,
    "MaxPooling1D": MaxPooling1D,
    "MaxPooling2D": MaxPooling2D,
    "MaxPooling3D": MaxPooling3D,
    "Maximum": Maximum,
    "Minimum": Minimum,
    "Model": Model,
    "MultiHeadAttention": MultiHeadAttention,
    "Multiply": Multiply,
    "Normalization": Normalization,
    "Permute": Permute,
    "PositionEmbedding": PositionEmbedding,
    "RMSNormalization": RMSNormalization,
    "RandomBrightness": RandomBrightness,
    "RandomContrast": RandomContrast,
    "RandomCrop": RandomCrop,
    "RandomFlip": RandomFlip,
    "RandomRotation": RandomRotation,
    "RandomTranslation": RandomTranslation,
    "RandomZoom": RandomZoom,
    "Repeat": Repeat,
    "RepeatVector": RepeatVector,
    "Rescaling": Rescaling,
    "Reshape": Reshape,
    "Residual": Residual,
    "SeparableConv1D": SeparableConv1D,
    "SeparableConv2D": SeparableConv2D,
    "Sequential": Sequential,
    "SimpleRNN": SimpleRNN,
    "SinePositionEncoding": SinePositionEncoding,
    "SpatialDropout1D": SpatialDropout1D,
    "SpatialDropout2D": SpatialDropout2D,
    "SpatialDropout3D": SpatialDropout3D,
    "Subtract": Subtract,
    "TimeDistributed": TimeDistributed,
    "UnitNormalization": UnitNormalization,
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
