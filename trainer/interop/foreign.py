"""What the adapters of other libraries share: their objects as hyperparameters, their pytrees as params."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.paths import leaf_paths
from trainer.protocols import Params


@dataclass(frozen=True)
class ForeignNetwork(Layer):
    """Base of the adapters: one object of another library as a network.

    Two adapters are equal only for the same object; it is not changed while it is trained here.

    Attributes:
        module: The object.
        description: Its type, for the configuration of a run.
        identity: Tells one object from another.
    """

    module: Any = field(compare=False, repr=False)
    description: str = field(init=False, default="")
    identity: int = field(init=False, default=0, repr=False)

    def __post_init__(self) -> None:
        """Takes note of what the object is."""
        super().__post_init__()
        kind = type(self.module)
        self.replace_fields(description=f"{kind.__module__}.{kind.__qualname__}", identity=id(self.module))


def to_params(tree: Any) -> Params:
    """The leaves of any pytree as dicts of dicts, by their paths."""
    return nested(leaf_paths(tree), jax.tree.leaves(tree))


def from_params(params: Params, like: Any) -> Any:
    """The pytree with the structure of `like` and the leaves that `to_params` gave those names."""
    leaves = [find(params, path) for path in leaf_paths(like)]
    return jax.tree.unflatten(jax.tree.structure(like), leaves)


def copied(params: Params) -> Params:
    """New arrays: the trainer gives its own away at each step, and the module keeps those it has."""
    return {name: copied(leaf) if isinstance(leaf, dict) else jnp.array(leaf) for name, leaf in params.items()}


def nested(paths: Sequence[str], leaves: Sequence[Any]) -> Params:
    """Puts leaves into dicts of dicts by paths with ``/``."""
    params: Params = {}
    for path, leaf in zip(paths, leaves, strict=True):
        *folders, name = path.split("/")
        place = params
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = leaf
    return params


def find(params: Params, path: str) -> Any:
    """The leaf of a path."""
    place: Any = params
    for name in path.split("/"):
        place = place[name]
    return place
