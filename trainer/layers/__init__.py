"""Layers, and the ways to compose them.

>>> from trainer import layers
>>> network = layers.Sequential([layers.Dense(10, activation="relu"), layers.Dense(3)])
>>> x = layers.Input((4,))
>>> h = layers.Dense(10, activation="relu")(x)
>>> model = layers.Model(x, layers.Dense(3)(h))
>>> model.names
('dense_0', 'dense_1')
"""

from trainer.layers import constraints as constraints
from trainer.layers import initializers as initializers
from trainer.layers import precision as precision
from trainer.layers import regularizers as regularizers
from trainer.layers.activation import Activation as Activation
from trainer.layers.attention import AdditiveAttention as AdditiveAttention
from trainer.layers.attention import Attention as Attention
from trainer.layers.base import Layer as Layer
from trainer.layers.bidirectional import Bidirectional as Bidirectional
from trainer.layers.build import scope as scope
from trainer.layers.configs import register as register
from trainer.layers.conv import Conv1D as Conv1D
from trainer.layers.conv import Conv2D as Conv2D
from trainer.layers.conv import Conv3D as Conv3D
from trainer.layers.conv_transpose import Conv1DTranspose as Conv1DTranspose
from trainer.layers.conv_transpose import Conv2DTranspose as Conv2DTranspose
from trainer.layers.conv_transpose import Conv3DTranspose as Conv3DTranspose
from trainer.layers.dense import Dense as Dense
from trainer.layers.depthwise_conv import DepthwiseConv1D as DepthwiseConv1D
from trainer.layers.depthwise_conv import DepthwiseConv2D as DepthwiseConv2D
from trainer.layers.dropout import Dropout as Dropout
from trainer.layers.embedding import Embedding as Embedding
from trainer.layers.feature_normalization import Normalization as Normalization
from trainer.layers.flatten import Flatten as Flatten
from trainer.layers.function_layer import Lambda as Lambda
from trainer.layers.function_layer import Rescaling as Rescaling
from trainer.layers.functional import activation as activation
from trainer.layers.functional import average_pooling1d as average_pooling1d
from trainer.layers.functional import average_pooling2d as average_pooling2d
from trainer.layers.functional import average_pooling3d as average_pooling3d
from trainer.layers.functional import conv1d as conv1d
from trainer.layers.functional import conv2d as conv2d
from trainer.layers.functional import conv2d_transpose as conv2d_transpose
from trainer.layers.functional import conv3d as conv3d
from trainer.layers.functional import conv3d_transpose as conv3d_transpose
from trainer.layers.functional import dense as dense
from trainer.layers.functional import dropout as dropout
from trainer.layers.functional import flatten as flatten
from trainer.layers.functional import max_pooling1d as max_pooling1d
from trainer.layers.functional import max_pooling2d as max_pooling2d
from trainer.layers.functional import max_pooling3d as max_pooling3d
from trainer.layers.functional import separable_conv1d as separable_conv1d
from trainer.layers.functional import separable_conv2d as separable_conv2d
from trainer.layers.global_pool import GlobalAveragePooling1D as GlobalAveragePooling1D
from trainer.layers.global_pool import GlobalAveragePooling2D as GlobalAveragePooling2D
from trainer.layers.global_pool import GlobalAveragePooling3D as GlobalAveragePooling3D
from trainer.layers.global_pool import GlobalMaxPooling1D as GlobalMaxPooling1D
from trainer.layers.global_pool import GlobalMaxPooling2D as GlobalMaxPooling2D
from trainer.layers.global_pool import GlobalMaxPooling3D as GlobalMaxPooling3D
from trainer.layers.group_query_attention import GroupQueryAttention as GroupQueryAttention
from trainer.layers.gru import GRU as GRU
from trainer.layers.input import Input as Input
from trainer.layers.lstm import LSTM as LSTM
from trainer.layers.merging import Add as Add
from trainer.layers.merging import Average as Average
from trainer.layers.merging import Concatenate as Concatenate
from trainer.layers.merging import Dot as Dot
from trainer.layers.merging import Maximum as Maximum
from trainer.layers.merging import Minimum as Minimum
from trainer.layers.merging import Multiply as Multiply
from trainer.layers.merging import Subtract as Subtract
from trainer.layers.model import Model as Model
from trainer.layers.multi_head_attention import MultiHeadAttention as MultiHeadAttention
from trainer.layers.padding import ZeroPadding1D as ZeroPadding1D
from trainer.layers.padding import ZeroPadding2D as ZeroPadding2D
from trainer.layers.padding import ZeroPadding3D as ZeroPadding3D
from trainer.layers.pool import AveragePooling1D as AveragePooling1D
from trainer.layers.pool import AveragePooling2D as AveragePooling2D
from trainer.layers.pool import AveragePooling3D as AveragePooling3D
from trainer.layers.pool import MaxPooling1D as MaxPooling1D
from trainer.layers.pool import MaxPooling2D as MaxPooling2D
from trainer.layers.pool import MaxPooling3D as MaxPooling3D
from trainer.layers.position_embedding import PositionEmbedding as PositionEmbedding
from trainer.layers.registry import LAYERS as LAYERS
from trainer.layers.registry import from_config as from_config
from trainer.layers.registry import to_config as to_config
from trainer.layers.repeat import Repeat as Repeat
from trainer.layers.reshaping import Permute as Permute
from trainer.layers.reshaping import RepeatVector as RepeatVector
from trainer.layers.reshaping import Reshape as Reshape
from trainer.layers.residual import Residual as Residual
from trainer.layers.saving import Saved as Saved
from trainer.layers.saving import load as load
from trainer.layers.saving import save as save
from trainer.layers.separable_conv import SeparableConv1D as SeparableConv1D
from trainer.layers.separable_conv import SeparableConv2D as SeparableConv2D
from trainer.layers.sequential import Sequential as Sequential
from trainer.layers.simple_rnn import SimpleRNN as SimpleRNN
from trainer.layers.sine_position_encoding import SinePositionEncoding as SinePositionEncoding
from trainer.layers.summary import summarize as summarize
from trainer.layers.time_distributed import TimeDistributed as TimeDistributed
from trainer.layers.upsampling import UpSampling1D as UpSampling1D
from trainer.layers.upsampling import UpSampling2D as UpSampling2D
from trainer.layers.upsampling import UpSampling3D as UpSampling3D
from trainer.layers.weights import constrain as constrain
from trainer.layers.weights import penalty as penalty
from trainer.layers.weights import trainable_mask as trainable_mask
