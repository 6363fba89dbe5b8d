"""Names of the arrays that a step reads."""

from __future__ import annotations

from collections.abc import Sequence

# Parts of an optimizer state's paths that tell a reader nothing.
_WRAPPERS = {"inner_state", "hyperparams", "hyperparams_states", "inner_states"}


def optimizer_name(path: str, params: Sequence[str]) -> str:
    """Node name of what an optimizer keeps.

    >>> optimizer_name("0/mu/dense_0/kernel", ["dense_0/kernel"])
    'update/dense_0/kernel/mu'

    Args:
        path: Its path in the optimizer's state.
        params: Paths of all parameters.
    """
    words = [word for word in path.split("/") if not word.isdigit() and word not in _WRAPPERS]
    for param in params:
        parts = param.split("/")
        if words[-len(parts) :] == parts and len(words) > len(parts):
            return "/".join(["update", *parts, "_".join(words[: -len(parts)])])
    return "/".join(["update", *words])
