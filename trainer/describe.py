"""A configuration as plain JSON values, equal for equal configurations in any process."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np


def describe(value: Any) -> Any:
    """Turns hyperparameters, layers, heads and functions into JSON values; functions are named, not stored.

    Of a dataclass the fields count that its repr shows.

    >>> from trainer import layers
    >>> describe(layers.Dropout(0.5))
    {'class': 'Dropout', 'name': None, 'rate': 0.5}
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): describe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    return _describe_object(value)


def _describe_object(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: describe(getattr(value, field.name)) for field in dataclasses.fields(value) if field.repr}
        return {"class": type(value).__name__, **fields}
    if isinstance(value, functools.partial):
        return {"function": describe(value.func), "args": describe(value.args), **describe(value.keywords)}
    named = value if hasattr(value, "__qualname__") else type(value)
    if hasattr(value, "get_config"):
        return {"class": named.__qualname__, **describe(value.get_config())}
    return f"{named.__module__}.{named.__qualname__}"
