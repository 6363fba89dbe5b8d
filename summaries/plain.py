"""Any Python value as plain data that JSON can hold, and nested data as a flat list of names.

Synopsis:
    >>> to_plain({"layers": (64, 32), "optimizer": {"lr": 0.1}})
    {'layers': [64, 32], 'optimizer': {'lr': 0.1}}
    >>> flatten({"layers": [64, 32], "optimizer": {"lr": 0.1}})
    {'layers': [64, 32], 'optimizer.lr': 0.1}
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Set
from enum import Enum
from typing import Any

import numpy as np

_MAX_DEPTH = 32


def to_plain(value: Any, depth: int = 0) -> Any:
    """`value` as dicts with string keys, lists, strings, numbers, booleans and None.

    Dataclasses, argparse namespaces and mappings become dicts; tuples, sets and arrays become lists; an enum becomes
    its value. What is none of these becomes its text, as does what is nested more than 32 deep: a config is logged
    whole, whatever stands in it.

    Args:
        value: Anything; it is not changed, and nothing of it is shared.
        depth: How deep it lies.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    fields = _find_fields(value)
    if depth > _MAX_DEPTH:
        return str(value)
    if fields is not None:
        return {str(name): to_plain(member, depth + 1) for name, member in fields.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(member, depth + 1) for member in value]
    if isinstance(value, Set):
        return sorted((to_plain(member, depth + 1) for member in value), key=str)
    return _to_plain_leaf(value, depth)


def _find_fields(value: Any) -> Mapping[Any, Any] | None:
    argparse = sys.modules.get("argparse")  # 2 ms to import, for programs that do not use it
    if isinstance(value, Mapping):
        return value
    if argparse is not None and isinstance(value, argparse.Namespace):
        return dict(vars(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return None


def _to_plain_leaf(value: Any, depth: int) -> Any:
    if isinstance(value, Enum):
        return to_plain(value.value, depth + 1)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (bool, int, float, str)):  # subclasses of these
        return next(base(value) for base in (bool, int, float, str) if isinstance(value, base))
    if isinstance(value, (np.generic, np.ndarray)) or hasattr(value, "__array__"):
        array = np.asarray(value)
        return to_plain(array.tolist(), depth + 1) if array.dtype.kind in "biufUO" else str(value)
    return str(value)


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The members of nested dicts under names joined by dots; lists stay whole, and so do empty dicts."""
    flat: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with what `new` says in its place; dicts in both are merged in turn."""
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = merge(before, value)
        merged[name] = value
    return merged
