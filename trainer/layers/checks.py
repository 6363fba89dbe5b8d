"""Checks that layers share, of what comes in and of hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.counts import check_count
from trainer.protocols import Network


def check_axes(layer: Any, inputs: Any, *axes: str) -> None:
    """Refuses inputs that are not one array with these axes.

    Args:
        layer: For errors.
        inputs: Array or ``jax.ShapeDtypeStruct``.
        axes: Names, as ``"batch", "height", "width", "channels"``; ``"…"`` stands for any number of axes.

    Raises:
        TypeError: If `inputs` is not an array.
        ValueError: If its rank is another.
    """
    shape = shape_of(layer, inputs)
    is_open, least = "…" in axes, len([axis for axis in axes if axis != "…"])
    if len(shape) < least or (len(shape) > least and not is_open):
        raise ValueError(
            f"inputs of {title(layer)} must have the shape ({', '.join(axes)}); got {shape}. "
            f"{'Add an axis' if len(shape) < least else 'Reshape them'}."
        )


def check_features(layer: Any, inputs: Any, number: int, axis: int = -1) -> None:
    """Refuses inputs of another width than the weights were made for.

    Raises:
        ValueError: If `inputs` has not `number` features along `axis`.
    """
    shape = shape_of(layer, inputs)
    if len(shape) < 2 or shape[axis] != number:
        where = "the last axis" if axis == -1 else f"axis {axis}"
        raise ValueError(
            f"inputs of {title(layer)} must have {number} features in {where}; got shape {shape}. "
            "Pass what the layer was made for."
        )


def check_integers(layer: Any, inputs: Any) -> None:
    """Refuses inputs that are not integers, as indices must be.

    Raises:
        TypeError: If their dtype is another.
    """
    shape_of(layer, inputs)
    if not jnp.issubdtype(inputs.dtype, np.integer):
        raise TypeError(
            f"inputs of {title(layer)} must be integers; got dtype {inputs.dtype}. Convert them with astype('int32')."
        )


def check_steps(layer: Any, name: str, mask: Any, shape: Sequence[int]) -> None:
    """Refuses a mask that has not one value for each step.

    Raises:
        ValueError: If its shape is not `shape`, ``(batch, steps)``.
    """
    if shape_of(layer, mask) != tuple(shape):
        raise ValueError(
            f"{name} of {title(layer)} must have the shape {tuple(shape)} of batch and steps; "
            f"got {tuple(mask.shape)}. Pass one value for each step."
        )


def check_several(layer: Any, inputs: Any, *, least: int = 2, most: int | None = None) -> list[Any]:
    """Returns the arrays of a list of inputs.

    Raises:
        TypeError: If `inputs` is not a list or tuple of arrays.
        ValueError: If there are too few or too many.
    """
    rule = f"{least}" if most == least else f"at least {least}"
    if not isinstance(inputs, list | tuple):
        raise TypeError(
            f"inputs of {title(layer)} must be a list of {rule} arrays; got {type(inputs).__name__}. List them."
        )
    if len(inputs) < least or (most is not None and len(inputs) > most):
        raise ValueError(f"inputs of {title(layer)} must be a list of {rule} arrays; got {len(inputs)}. List them.")
    for item in inputs:
        shape_of(layer, item)
    return list(inputs)


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Returns a value that is one of `choices`.

    Raises:
        ValueError: If it is not.
    """
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}. Pass {choices[0]!r}.")
    return str(value)


def check_share(name: str, value: Any) -> float:
    """Returns a share in [0, 1).

    Raises:
        ValueError: If it is outside.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1); got {value!r}. Pass a share.")
    return float(value)


def check_counts(name: str, value: Any, number: int, *, least: int = 1) -> tuple[int, ...]:
    """Returns `number` counts, one for each axis; one integer stands for all.

    Raises:
        ValueError: If there are more or fewer, or one is smaller than `least`.
    """
    items = tuple(value) if isinstance(value, tuple | list) else (value,) * number
    if len(items) != number:
        raise ValueError(f"{name} must be an integer or {number} of them; got {value!r}. Pass one for each axis.")
    return tuple(check_count(name, item, least=least) for item in items)


def shape_of(layer: Any, inputs: Any) -> tuple[int, ...]:
    """Shape of inputs that must be one array.

    Raises:
        TypeError: If they are something else.
    """
    if not hasattr(inputs, "shape") or not hasattr(inputs, "dtype"):
        raise TypeError(
            f"inputs of {title(layer)} must be an array; got {type(inputs).__name__}. "
            "Choose one with layers.Input and layers.Model, or convert it with jax.numpy.asarray."
        )
    return tuple(inputs.shape)


def title(layer: Any) -> str:
    """How errors call a layer: its type, and its name where it was given one."""
    name = getattr(layer, "name", None)
    return f"{type(layer).__name__} {name!r}" if name else type(layer).__name__


def check_network(name: str, value: Any) -> None:
    """Refuses what is no layer.

    Raises:
        TypeError: If it has no init and apply.
    """
    if not isinstance(value, Network) or isinstance(value, type):
        raise TypeError(f"{name} must have init and apply; got {value!r}. Wrap functions in Lambda.")


def check_key(layer: Any, key: Any) -> Any:
    """Returns the PRNG key of a layer that draws numbers while training.

    Raises:
        ValueError: If there is none.
    """
    if key is None:
        raise ValueError(
            f"key must be a PRNG key when training with {title(layer)}; got None. Pass jax.random.key(seed)."
        )
    return key
