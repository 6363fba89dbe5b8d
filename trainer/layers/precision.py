"""In which types a network keeps its weights, computes, and answers.

A policy holds for a whole trace (``with precision.use("mixed_bfloat16"): …``) or for one layer (its ``dtype``, by
Keras' names). Losses, statistics of normalisations and the optimizer stay in float32.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Policy:
    """Types of floating point numbers; integers are never converted.

    Attributes:
        param_dtype: Of weights and state.
        compute_dtype: Of what layers compute: their inputs and weights are converted to it.
        output_dtype: Of what a network hands to its head; None leaves it as computed.
    """

    param_dtype: str = "float32"
    compute_dtype: str = "float32"
    output_dtype: str | None = None

    def __post_init__(self) -> None:
        """Refuses types that are not floating point.

        Raises:
            ValueError: If one is not the name of a floating point type.
        """
        for name in ("param_dtype", "compute_dtype", "output_dtype"):
            value = getattr(self, name)
            if value is not None and value not in _FLOATS:
                raise ValueError(f"{name} must be one of {', '.join(_FLOATS)}; got {value!r}. Pass 'float32'.")

    def cast(self, *trees: Any) -> Any:
        """Converts the floating point arrays in pytrees to `compute_dtype`; one tree comes back alone."""
        converted = tuple(cast_floats(tree, self.compute_dtype) for tree in trees)
        return converted[0] if len(converted) == 1 else converted

    def cast_outputs(self, outputs: Any) -> Any:
        """Converts the floating point arrays in a network's outputs to `output_dtype`."""
        return outputs if self.output_dtype is None else cast_floats(outputs, self.output_dtype)


_FLOATS = ("float16", "bfloat16", "float32", "float64")
PolicyLike: TypeAlias = str | Policy
POLICIES: dict[str, Policy] = {
    **{name: Policy(name, name) for name in _FLOATS},
    "mixed_bfloat16": Policy("float32", "bfloat16", "float32"),
    "mixed_float16": Policy("float32", "float16", "float32"),
}


def get(policy: PolicyLike) -> Policy:
    """Returns the policy of a name; a `Policy` is returned as it is.

    Raises:
        ValueError: If no policy has this name.
    """
    if isinstance(policy, Policy):
        return policy
    if policy not in POLICIES:
        raise ValueError(f"dtype must be one of {', '.join(POLICIES)}; got {policy!r}. Or pass a precision.Policy.")
    return POLICIES[policy]


_CURRENT: contextvars.ContextVar[Policy | None] = contextvars.ContextVar("trainer_precision", default=None)


def current() -> Policy:
    """The policy of the trace in progress."""
    return _CURRENT.get() or POLICIES["float32"]


@contextlib.contextmanager
def use(policy: PolicyLike) -> Iterator[None]:
    """Sets the policy of the layers that are made and applied inside; whoever compiles must trace inside it."""
    token = _CURRENT.set(get(policy))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def cast_floats(tree: Any, dtype: Any) -> Any:
    """Converts the floating point arrays of a pytree; what has the type already, and everything else, stays."""

    def cast(leaf: Any) -> Any:
        if not hasattr(leaf, "dtype") or leaf.dtype == dtype or not jnp.issubdtype(leaf.dtype, np.floating):
            return leaf
        return jnp.asarray(leaf, dtype)

    return jax.tree.map(cast, tree)
