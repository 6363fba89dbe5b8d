"""Initialisers by name, with Keras 3's definitions (they are `jax.nn.initializers`' own)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from jax.nn import initializers

from trainer.protocols import Array

InitializerFn: TypeAlias = Callable[..., Array]
Initializer: TypeAlias = str | InitializerFn

_MADE: dict[str, Callable[[], Any]] = {
    "glorot_normal": initializers.glorot_normal,
    "glorot_uniform": initializers.glorot_uniform,
    "he_normal": initializers.he_normal,
    "he_uniform": initializers.he_uniform,
    "lecun_normal": initializers.lecun_normal,
    "lecun_uniform": initializers.lecun_uniform,
    "ones": lambda: initializers.ones,
    "orthogonal": initializers.orthogonal,
    "zeros": lambda: initializers.zeros,
}
NAMES: tuple[str, ...] = tuple(sorted(_MADE))


def get(initializer: Initializer) -> InitializerFn:
    """Returns the ``(key, shape, dtype) -> array`` function for a name; a function is returned as it is.

    Raises:
        ValueError: If no initialiser has this name.
        TypeError: If it is neither a name nor callable.
    """
    if callable(initializer):
        return initializer
    if not isinstance(initializer, str):
        raise TypeError(f"initializer must be a name or a function; got {initializer!r}. Pass for example 'zeros'.")
    if initializer not in _MADE:
        raise ValueError(f"initializer must be one of {', '.join(NAMES)}; got {initializer!r}. Or pass a function.")
    function: InitializerFn = _MADE[initializer]()
    return function
