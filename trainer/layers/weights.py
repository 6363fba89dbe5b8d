"""What is attached to the weights of a network by its layers' fields: penalties, constraints, and what is frozen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers import constraints, regularizers
from trainer.paths import leaf_paths
from trainer.protocols import Array, Network, Params


def penalty(network: Network, params: Params) -> Array:
    """Sum of the penalties of all ``<weight>_regularizer`` in a network, a float32 scalar.

    >>> from trainer import layers
    >>> network = layers.Dense(1, kernel_regularizer=layers.regularizers.L2(0.5), use_bias=False)
    >>> float(penalty(network, {"kernel": jnp.array([[2.0]])}))
    2.0
    """
    total = jnp.float32(0)
    for name, value in params.items():
        inner = _sublayers(network).get(name)
        if inner is None:
            regularizer = regularizers.get(_attached(network, name, "regularizer"))
            total += 0 if regularizer is None else regularizer(value)
        elif getattr(network, "IS_STACKED", False):
            total += jnp.sum(jax.vmap(lambda part, inner=inner: penalty(inner, part))(value))
        else:
            total += penalty(inner, value)
    return jnp.asarray(total)


def constrain(network: Network, params: Params) -> Params:
    """The params with every ``<weight>_constraint`` in a network applied; the same arrays where there is none."""
    projected = dict(params)
    for name, value in params.items():
        inner = _sublayers(network).get(name)
        if inner is None:
            constraint = constraints.get(_attached(network, name, "constraint"))
            projected[name] = value if constraint is None else constraint(value)
        elif getattr(network, "IS_STACKED", False) and has_attached(inner, "constraint"):
            projected[name] = jax.vmap(lambda part, inner=inner: constrain(inner, part))(value)
        else:
            projected[name] = constrain(inner, value)
    return projected


def has_attached(network: Network, kind: str) -> bool:
    """Whether a layer in a network has a regularizer, or a constraint, whichever `kind` is."""
    fields = getattr(network, "__dict__", {})
    own = any(value is not None for name, value in fields.items() if name.endswith(f"_{kind}"))
    return own or any(has_attached(inner, kind) for inner in _sublayers(network).values())


def trainable_mask(network: Network | None, params: Params, patterns: str | Sequence[str] | None = None) -> Any:
    """Which weights the optimizer changes, as a pytree of bools like `params`.

    Args:
        network: Weights of its layers with ``trainable=False`` stay as they are.
        params: Its params.
        patterns: Names of the weights to change, as for a shell (``"head/*"``, ``"*/bias"``), one or several; None is
            all.

    Raises:
        ValueError: If a pattern fits no weight.
    """
    chosen = _matching(leaf_paths(params), patterns)
    flags = jax.tree.leaves(_trainable(network, params, True))
    treedef = jax.tree.structure(params)
    return jax.tree.unflatten(treedef, [flag and match for flag, match in zip(flags, chosen, strict=True)])


def _matching(paths: Sequence[str], patterns: str | Sequence[str] | None) -> list[bool]:
    if patterns is None:
        return [True] * len(paths)
    patterns = [patterns] if isinstance(patterns, str) else list(patterns)
    for pattern in patterns:
        if not any(fnmatchcase(path, pattern) for path in paths):
            raise ValueError(
                f"trainable must be patterns of names of weights; got {pattern!r}, which fits none of "
                f"{', '.join(paths)}. Correct it."
            )
    return [any(fnmatchcase(path, pattern) for pattern in patterns) for path in paths]


def _trainable(network: Any, params: Params, around: bool) -> Params:
    here = around and getattr(network, "trainable", True) is not False
    sublayers = _sublayers(network)
    return {
        name: _trainable(sublayers[name], value, here) if name in sublayers else jax.tree.map(lambda _: here, value)
        for name, value in params.items()
    }


def _sublayers(network: Any) -> dict[str, Any]:
    sublayers: Callable[[], dict[str, Any]] | None = getattr(network, "sublayers", None)
    return {} if sublayers is None else sublayers()


def _attached(network: Any, name: str, kind: str) -> Any:
    attached = getattr(network, "attached", None)
    return None if attached is None else attached(name, kind)
