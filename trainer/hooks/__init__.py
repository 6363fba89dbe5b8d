"""Hooks: what happens between steps.

>>> from trainer import hooks
>>> hooks.EvaluationHook(interval=50).next_step(50)
100
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
