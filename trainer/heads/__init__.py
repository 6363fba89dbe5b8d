"""Heads: from logits to loss, predictions and metrics.

>>> from trainer import heads
>>> heads.MultiClassHead(3, label_vocabulary=["cat", "dog", "owl"]).encode_labels(["owl", "cat"]).tolist()
[2, 0]
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
