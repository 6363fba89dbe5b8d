"""The graph of a `Model` as plain JSON values, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax

from trainer.layers.configs import decode, encode


def encode_model(model: Any) -> dict[str, Any]:
    """Describes the inputs, layers and calls of a model.

    Returns:
        ``inputs`` and ``outputs`` as nested containers whose leaves are ``{"leaf": …}``; ``calls`` in topological
        order, each with the number of its layer and the places of its inputs, ``[number of the call, leaf]``, where
        call -1 stands for the inputs.

    Raises:
        TypeError: If a layer is not registered, or a container is no list, tuple or dict.
    """
    places = [_Leaf(encode(place, "inputs")) for place in model.places]
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": [encode(member, "layers") for member in model.members],
        "inputs": _encode_tree(jax.tree.unflatten(model.input_treedef, places)),
        "calls": [
            {"layer": step.member, "inputs": _encode_tree(_tree_of(step.treedef, step.refs))} for step in model.steps
        ],
        "outputs": _encode_tree(_tree_of(model.output_treedef, model.output_refs)),
    }


def decode_model(config: dict[str, Any]) -> tuple[Any, Any]:
    """Makes the symbolic inputs and outputs that `encode_model` described.

    Raises:
        ValueError: If a class in it is not registered.
    """
    members = [decode(member) for member in config["layers"]]
    inputs = _decode_tree(config["inputs"], decode)
    values: dict[int, list[Any]] = {-1: jax.tree.leaves(inputs)}

    def find(place: list[int]) -> Any:
        return values[place[0]][place[1]]

    for number, call in enumerate(config["calls"]):
        outputs = members[call["layer"]](_decode_tree(call["inputs"], find))
        values[number] = jax.tree.leaves(outputs)
    return inputs, _decode_tree(config["outputs"], find)


@dataclass(frozen=True)
class _Leaf:
    """Marks a leaf, so that it is no container."""

    value: Any


def _tree_of(treedef: Any, refs: Any) -> Any:
    return jax.tree.unflatten(treedef, [_Leaf([ref.call, ref.index]) for ref in refs])


def _encode_tree(tree: Any) -> Any:
    if isinstance(tree, _Leaf):
        return {"leaf": tree.value}
    if isinstance(tree, dict):
        return {"dict": {key: _encode_tree(item) for key, item in tree.items()}}
    if isinstance(tree, list):
        return [_encode_tree(item) for item in tree]
    if type(tree) is tuple:
        return {"tuple": [_encode_tree(item) for item in tree]}
    if tree is None:
        return None
    raise TypeError(
        f"inputs and outputs must be lists, tuples or dicts to stand in a configuration; got {type(tree).__name__}. "
        "Use a dict."
    )


def _decode_tree(tree: Any, leaf: Any) -> Any:
    if tree is None:
        return None
    if isinstance(tree, list):
        return [_decode_tree(item, leaf) for item in tree]
    if "leaf" in tree:
        return leaf(tree["leaf"])
    if "tuple" in tree:
        return tuple(_decode_tree(item, leaf) for item in tree["tuple"])
    return {key: _decode_tree(item, leaf) for key, item in tree["dict"].items()}
