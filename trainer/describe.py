"""A configuration as plain JSON values, equal for equal configurations in any process."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import Any

import numpy as np


def describe(value: Any) -> Any:
    """Turns hyperparameters, layers, heads and functions into JSON values; functions are named, not stored.

    Of a dataclass the fields count that its repr shows; those by keyword only, as a layer's name, where they are set.

    >>> from trainer import layers
    >>> describe(layers.Dropout(0.5))
    {'class': 'Dropout', 'rate': 0.5, 'noise_shape': None}
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
        return {"class": type(value).__name__, **_describe_fields(value)}
    if isinstance(value, functools.partial):
        return {"function": describe(value.func), "args": describe(value.args), **describe(value.keywords)}
    if inspect.isfunction(value) and value.__closure__:
        return {"function": _name_of(value), "closure": _describe_closure(value)}
    if hasattr(value, "get_config"):
        return {"class": _name_of(value), **describe(value.get_config())}
    return _name_of(value)


def _describe_fields(value: Any) -> dict[str, Any]:
    if "__dataclass_fields__" not in vars(type(value)):  # a subclass with an __init__ of its own
        return {name: describe(item) for name, item in vars(value).items()}
    fields = [field for field in dataclasses.fields(value) if field.repr]
    shown = [field for field in fields if not (field.kw_only and getattr(value, field.name) == field.default)]
    return {field.name: describe(getattr(value, field.name)) for field in shown}


def _name_of(value: Any) -> str:
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def _describe_closure(function: Any) -> dict[str, Any]:
    """What a function made by another remembers: it tells ``optax.sgd(0.1)`` from ``optax.sgd(0.2)``."""
    variables = inspect.getclosurevars(function).nonlocals
    # A function that refers to itself would never end.
    return {name: describe(value) for name, value in sorted(variables.items()) if value is not function}


def without_none(value: Any) -> Any:
    """A description without what is None in it: a setting that is left out and one that did not exist are alike.

    >>> without_none({"class": "Head", "class_weight": None})
    {'class': 'Head'}
    """
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


def first_difference(one: Any, other: Any, path: str = "") -> tuple[str, Any, Any]:
    """Where two descriptions differ first, and what stands there in each; None stands for what one of them lacks.

    >>> first_difference({"net": {"units": [8, 4]}}, {"net": {"units": [8, 5]}})
    ('net.units.1', 4, 5)

    Args:
        one: As made by `describe`.
        other: Another, which is not equal.
        path: Where both stand.
    """
    for key, (mine, theirs) in _common_items(one, other).items():
        if mine != theirs:
            return first_difference(mine, theirs, f"{path}.{key}" if path else str(key))
    return path, one, other


def _common_items(one: Any, other: Any) -> dict[Any, tuple[Any, Any]]:
    """The items of two dicts, or of two lists of one length; of another class the class alone."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.get("class") != other.get("class"):
            return {"class": (one.get("class"), other.get("class"))}
        return {key: (one.get(key), other.get(key)) for key in sorted({*one, *other})}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return dict(enumerate(zip(one, other, strict=True)))
    return {}
