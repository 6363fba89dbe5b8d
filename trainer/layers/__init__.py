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
from trainer.layers.base import Layer as Layer
from trainer.layers.build import scope as scope
from trainer.layers.configs import register as register
from trainer.layers.dense import Dense as Dense
from trainer.layers.dropout import Dropout as Dropout
from trainer.layers.flatten import Flatten as Flatten
from trainer.layers.functional import activation as activation
from trainer.layers.functional import dense as dense
from trainer.layers.functional import dropout as dropout
from trainer.layers.functional import flatten as flatten
from trainer.layers.input import Input as Input
from trainer.layers.model import Model as Model
from trainer.layers.registry import LAYERS as LAYERS
from trainer.layers.registry import from_config as from_config
from trainer.layers.registry import to_config as to_config
from trainer.layers.sequential import Sequential as Sequential
from trainer.layers.weights import constrain as constrain
from trainer.layers.weights import penalty as penalty
from trainer.layers.weights import trainable_mask as trainable_mask
