"""Functions as layers: Lambda and Rescaling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.checks import shape_of
from trainer.protocols import Array


@dataclass(frozen=True)
class Lambda(Layer):
    """Any function without weights.

    Attributes:
        function: From inputs to outputs, of JAX operations. To stand in a configuration it is decorated with
            ``layers.register``.
    """

    function: Callable[[Any], Any]

    def __post_init__(self) -> None:
        """Refuses what cannot be called.

        Raises:
            TypeError: If `function` is no function.
        """
        super().__post_init__()
        if not callable(self.function):
            raise TypeError(f"function must be a function; got {self.function!r}. Pass for example jax.numpy.abs.")

    def call(self, inputs: Any) -> Any:
        """Returns what the function does."""
        return self.function(inputs)


@dataclass(frozen=True)
class Rescaling(Layer):
    """``inputs · scale + offset``, as for pixels in [0, 255].

    Attributes:
        scale: Number, or one for each feature.
        offset: Number, or one for each feature.
    """

    scale: Any
    offset: Any = 0.0

    def __post_init__(self) -> None:
        """Makes lists tuples."""
        super().__post_init__()
        self.replace_fields(scale=_plain(self.scale), offset=_plain(self.offset))

    def call(self, inputs: Any) -> Array:
        """Maps any shape to the same shape, in the policy's type."""
        shape_of(self, inputs)
        dtype = self.policy.compute_dtype
        return _array(inputs, dtype) * _array(self.scale, dtype) + _array(self.offset, dtype)


def _plain(value: Any) -> Any:
    numbers = np.asarray(value, np.float64).tolist()
    return tuple(numbers) if isinstance(numbers, list) else numbers


def _array(value: Any, dtype: str) -> Array:
    return jnp.asarray(value, dtype)
