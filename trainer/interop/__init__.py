"""Networks of Keras, Flax NNX and Equinox as networks here, and networks here as layers of Keras.

>>> from trainer import layers
>>> from trainer.interop import as_network
>>> as_network(layers.Dense(3)) == layers.Dense(3)
True

An object of a library becomes a network by `as_network`, which an `Estimator` calls by itself. No library is imported
that is not loaded already.
"""

from trainer.interop.equinox_network import EquinoxNetwork as EquinoxNetwork
from trainer.interop.find import as_network as as_network
from trainer.interop.keras_layer import to_keras as to_keras
from trainer.interop.keras_network import KerasNetwork as KerasNetwork
from trainer.interop.keras_weights import weights_from_keras as weights_from_keras
from trainer.interop.keras_weights import weights_to_keras as weights_to_keras
from trainer.interop.nnx_network import NnxNetwork as NnxNetwork
