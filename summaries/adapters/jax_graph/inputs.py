"""Names of the arrays that a step reads."""

from __future__ import annotations

from collections.abc import Sequence

# Parts of an optimizer state's paths that tell a reader nothing.
_WRAPPERS = {"inner_state", "hyperparams", "hyperparams_states", "inner_states"}


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
