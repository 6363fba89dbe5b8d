"""Layers, and the ways to compose them.

>>> from trainer import layers
>>> network = layers.Sequential([layers.Dense(10, activation="relu"), layers.Dense(3)])
>>> x = layers.Input((4,))
>>> h = layers.Dense(10, activation="relu")(x)
>>> model = layers.Model(x, layers.Dense(3)(h))
>>> model.names
('dense_0', 'dense_1')
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
