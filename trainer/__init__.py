"""TensorFlow 1.0's layers and estimators on JAX and Optax, with everything logged.

>>> import numpy as np
>>> from trainer import DNNClassifier
>>> features = np.linspace(-1, 1, 40).reshape(20, 2)
>>> model = DNNClassifier([8], learning_rate=0.05, random_state=0).fit(features, features[:, 0] > 0, steps=200)
>>> model.score(features, features[:, 0] > 0)
1.0
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
