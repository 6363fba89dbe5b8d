"""Configurations: layers and what they are made of as plain JSON values, and back.

An object stands as ``{"class": name, "config": {…}}``, a function as ``{"function": name}``. Only what was registered
is ever made again: a configuration names classes, it never imports or runs anything.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import types
from collections.abc import Callable
from typing import Any, Self, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

T = TypeVar("T", bound=Callable[..., Any])

REGISTRY: dict[str, Callable[..., Any]] = {}
# Our packages whose members a configuration may name; each is registered when its module is imported.
_PACKAGES = ("trainer.layers", "trainer.feature_columns")
# Functions of these modules need no registration; NumPy's only as far as they compute element by element.
_OPEN_MODULES: dict[str, Any] = {
    "jax.nn": jax.nn,
    "jax.numpy": jnp,
    "jax.lax": jax.lax,
    "jax.nn.initializers": jax.nn.initializers,
    "numpy": types.SimpleNamespace(**{name: value for name, value in vars(np).items() if isinstance(value, np.ufunc)}),
}


class Configured:
    """A base that gives ``get_config`` and ``from_config`` to whatever keeps its arguments as attributes."""

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments as plain values; `from_config` makes an equal object of them.

        Raises:
            AttributeError: If an argument is not kept as an attribute of the same name.
            TypeError: If a value has no place in a configuration.
        """
        return {name: encode(value, name) for name, value in arguments_of(self).items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes an object from what `get_config` returned.

        Raises:
            ValueError: If a key is none of its arguments.
        """
        known = [name for name in inspect.signature(cls).parameters]
        for name in config:
            if name not in known:
                raise ValueError(
                    f"config of {cls.__name__} must hold keys among {', '.join(known)}; got {name!r}. Correct the key."
                )
        return cls(**{name: decode(value) for name, value in config.items()})


def arguments_of(value: Any) -> dict[str, Any]:
    """The arguments that made an object, as it keeps them.

    Raises:
        AttributeError: If an argument is not kept as an attribute of the same name.
    """
    if "__dataclass_fields__" in vars(type(value)):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
    names = [name for name in inspect.signature(type(value)).parameters]
    for name in names:
        if not hasattr(value, name):
            raise AttributeError(
                f"{name} must be kept as an attribute by {type(value).__name__}; got none. "
                f"Write self.{name} = {name} in __init__, or define get_config."
            )
    return {name: getattr(value, name) for name in names}


def register(member: T) -> T:
    """Makes a class or function known to configurations under its name; use it as a decorator.

    Raises:
        ValueError: If another one has this name.
    """
    name = member.__name__
    if not member.__module__.startswith("trainer."):
        _register_ours()
    known = REGISTRY.setdefault(name, member)
    if known is not member and (known.__module__, known.__qualname__) != (member.__module__, member.__qualname__):
        raise ValueError(
            f"name of a registered class must be free; got {name!r}, which {known.__module__} has. Rename it."
        )
    REGISTRY[name] = member
    return member


@functools.cache
def _register_ours() -> None:
    """Imports all members of our packages, which are otherwise imported when they are asked for."""
    for package in map(importlib.import_module, _PACKAGES):
        for name in package.__all__:
            getattr(package, name)


def encode(value: Any, name: str = "value") -> Any:
    """Turns a hyperparameter into plain JSON values.

    Args:
        value: Plain values, containers of them, layers and their like, or functions that have a name.
        name: What it is, for errors.

    Raises:
        TypeError: If it has no place in a configuration.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, np.generic | np.ndarray | jax.Array):
        return np.asarray(value).tolist()
    if isinstance(value, tuple | list):
        return [encode(item, name) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item, name) for key, item in value.items()}
    if hasattr(value, "get_config") and not isinstance(value, type):
        return {"class": _name_of(type(value), name), "config": value.get_config()}
    if isinstance(value, functools.partial):
        if value.args:
            raise TypeError(
                f"{name} must take its options by keyword to stand in a configuration; got {value!r}. Name them."
            )
        return {"function": _name_of(value.func, name), "options": encode(value.keywords, name)}
    return {"function": _name_of(value, name)}


def decode(value: Any) -> Any:
    """Makes what `encode` described; tuples come back as lists.

    Raises:
        ValueError: If a class or function in it is not registered.
    """
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"class", "config"}:
        return _find("class", value["class"]).from_config(value["config"])
    if value.keys() <= {"function", "options"} and "function" in value:
        function = _find_function(value["function"])
        return functools.partial(function, **decode(value["options"])) if "options" in value else function
    return {key: decode(item) for key, item in value.items()}


def _find_function(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(_OPEN_MODULES[module], name) if module in _OPEN_MODULES else _find("function", name)


def _find(kind: str, name: str) -> Any:
    if name not in REGISTRY:
        _register_ours()
    if name not in REGISTRY:
        raise ValueError(
            f"{kind} must be one of {', '.join(sorted(REGISTRY))}; got {name!r}. Decorate it with layers.register."
        )
    return REGISTRY[name]


def _name_of(value: Any, name: str) -> str:
    own_name = getattr(value, "__name__", "")
    if own_name and own_name not in REGISTRY:
        _register_ours()
    if own_name and REGISTRY.get(own_name) is value:
        return str(own_name)
    for module_name, module in _OPEN_MODULES.items():
        if own_name and getattr(module, own_name, None) is value:
            return f"{module_name}.{own_name}"
    raise TypeError(
        f"{name} must be registered to stand in a configuration; got {value!r}. Decorate it with layers.register."
    )
