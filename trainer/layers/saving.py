"""A network and its weights in one file, read again without the program that made it.

The file is a safetensors file: arrays under their paths (``params/dense_0/kernel``), and the configuration as metadata.
Reading it runs nothing: layers that are not of this package are found by ``layers.register``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from trainer.checkpoints import write_whole
from trainer.layers.base import Layer
from trainer.layers.registry import from_config, to_config
from trainer.paths import leaf_paths
from trainer.protocols import Network, Params, State

_FORMAT = "trainboard network 1"


class Saved(NamedTuple):
    """What a file holds.

    Attributes:
        network: The network.
        params: Its params.
        state: Its state.
    """

    network: Layer
    params: Params
    state: State


def save(path: str | os.PathLike[str], network: Network, params: Params, state: State | None = None) -> None:
    """Writes a network and its weights; a crash leaves the old file or the new one.

    Args:
        path: The file, as ``model.safetensors``.
        network: Of registered layers.
        params: As made by its ``init``, or by an estimator's ``fit``.
        state: As `params`.

    Raises:
        TypeError: If a layer is not registered.
        OSError: If the file cannot be written.
    """
    metadata = {"format": _FORMAT, "network": json.dumps(to_config(network))}
    trees = {"params": params, "state": state or {}}
    arrays = {
        name: np.asarray(leaf, order="C") for name, leaf in zip(leaf_paths(trees), jax.tree.leaves(trees), strict=True)
    }
    write_whole(Path(path), to_bytes(arrays, metadata))


def load(path: str | os.PathLike[str]) -> Saved:
    """Reads what `save` wrote.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged or of another kind, or a layer in it is not registered.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"path must be a file written by layers.save; got {str(path)!r}, which is none.")
    trees: dict[str, Any] = {"params": {}, "state": {}}
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            for name in file.keys() if metadata.get("format") == _FORMAT else ():
                _put(trees, name.split("/"), jnp.asarray(file.get_tensor(name)))
    except SafetensorError as error:
        raise ValueError(f"{path} must be a safetensors file; got {error}. Save the network again.") from error
    if metadata.get("format") != _FORMAT:
        raise ValueError(f"{path} must be a file of layers.save; got {metadata!r}. Pass what layers.save wrote.")
    return Saved(from_config(json.loads(metadata["network"])), trees["params"], trees["state"])


def _put(tree: dict[str, Any], names: list[str], leaf: Any) -> None:
    for name in names[:-1]:
        tree = tree.setdefault(name, {})
    tree[names[-1]] = leaf
