"""Names of the arrays that a step reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from summaries.adapters.jax_graph.nodes import BACKWARD, FORWARD, Node

# Parts of an optimizer state's paths that tell a reader nothing.
_WRAPPERS = {"inner_state", "hyperparams", "hyperparams_states", "inner_states"}
_PARAMS = ("params", "model", "variables", "weights", "theta")
"""Usual names of the argument that holds the parameters."""

Path = tuple[str, ...]


def optimizer_name(path: str, params: Sequence[str]) -> str:
    """Node name of what an optimizer keeps.

    >>> optimizer_name("0/mu/dense_0/kernel", ["dense_0/kernel"])
    'update/dense_0/kernel/mu'
    >>> optimizer_name("0/nu/h/3/kernel", ["kernel", "h/3/kernel"])
    'update/h/3/kernel/nu'

    Args:
        path: Its path in the optimizer's state.
        params: Paths of all parameters.
    """
    known = set(params)
    parts = path.split("/")
    for start in range(1, len(parts)):  # the longest end of the path that is a parameter's
        if "/".join(parts[start:]) in known:
            return "/".join(["update", *parts[start:], "_".join(_telling(parts[:start])) or "state"])
    return "/".join(["update", *_telling(parts)])


def _telling(parts: Sequence[str]) -> list[str]:
    return [part for part in parts if not part.isdigit() and part not in _WRAPPERS]


def name_inputs(paths: Sequence[Path], inputs: Sequence[Node], nodes: Iterable[Node]) -> tuple[list[str], list[str]]:
    """Node names of the inputs of a function of which nothing is known but what it does with them.

    In a training step, parameters are the arrays of floats that are read both under differentiation and outside of it,
    by the update. What is not read under differentiation belongs to the update. In any other function, parameters are
    what stands in the argument `params` (`model`, `variables`, `weights`, `theta`).

    Args:
        paths: Names of the argument and of the members on the way to each array.
        inputs: The inputs.
        nodes: What reads them.

    Returns:
        The name of each input, and of those that are parameters.
    """
    operations = list(nodes)
    is_step = any(node.phase == BACKWARD for node in operations)
    updated = _read_by(operations, inputs, is_plain=True)
    differentiated = _read_by(operations, inputs, is_plain=False)
    are_params = [
        path[0] in _PARAMS if not is_step or not updated & differentiated else i in updated & differentiated
        for i, path in enumerate(paths)
    ]
    are_params = [is_param and _is_float(node) for is_param, node in zip(are_params, inputs, strict=True)]
    short = ["/".join(_without_argument(path)) for path in paths]
    params = [name for name, is_param in zip(short, are_params, strict=True) if is_param]
    names = []
    for i, path in enumerate(paths):
        if is_step and i not in differentiated and not _is_random(inputs[i]):
            inner = "/".join(path[1:])
            names.append(optimizer_name(inner if inner and inner not in params else "/".join(path), params))
        else:
            names.append(f"{FORWARD}/{short[i] if are_params[i] or path[0] in _PARAMS else '/'.join(path)}")
    return names, [f"{FORWARD}/{name}" for name in params]


def _read_by(nodes: Iterable[Node], inputs: Sequence[Node], *, is_plain: bool) -> set[int]:
    """Positions of the inputs that are read outside of differentiation, or under it."""
    positions = {id(node): position for position, node in enumerate(inputs)}
    return {
        positions[id(value.node)]
        for node in nodes
        if node.is_plain == is_plain
        for value in node.inputs
        if id(value.node) in positions
    }


def _without_argument(path: Path) -> Path:
    """The path inside its argument; also without the collection `params` that Flax puts first."""
    inner = path[1:] or path
    return inner[1:] if inner[0] == "params" and len(inner) > 1 else inner


def _is_float(node: Node) -> bool:
    return "float" in str(getattr(node.avals[0], "dtype", ""))


def _is_random(node: Node) -> bool:
    """Whether it is a key; a single number is none, but counts steps."""
    dtype = str(getattr(node.avals[0], "dtype", ""))
    return dtype.startswith("key<") or (dtype == "uint32" and bool(node.avals[0].shape))
