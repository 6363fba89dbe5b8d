"""The name of an optimizer, told by what it keeps for each parameter."""

from __future__ import annotations

from collections.abc import Iterable

# By what optax and Keras call it; the first row all of whose names are kept wins.
_BY_STATE = (
    ({"mu", "nu"}, "Adam"),
    ({"momentum", "velocity"}, "Adam"),
    ({"v_row", "v_col"}, "Adafactor"),
    ({"sum_of_squares"}, "Adagrad"),
    ({"z", "n"}, "FTRL"),
    ({"e_g", "e_x"}, "Adadelta"),
    ({"nu"}, "RMSProp"),
    ({"mu"}, "Lion"),
    ({"trace"}, "Momentum"),
    ({"momentum"}, "Momentum"),
)


def name_optimizer(state_names: Iterable[str], *, is_decaying: bool = False, keeps_others: bool = False) -> str:
    """The optimizer that keeps such values; ``SGD`` for one that keeps none, ``Update`` for an unknown one.

    Args:
        state_names: What it keeps of each parameter.
        is_decaying: Whether it shrinks parameters.
        keeps_others: Whether it keeps arrays that are of no known parameter.

    >>> name_optimizer({"mu", "nu"}), name_optimizer(()), name_optimizer({"slow_weights"})
    ('Adam', 'SGD', 'Update')
    """
    kept = set(state_names)
    if not kept:
        return "Update" if keeps_others else "SGD"
    words = {word.rpartition("_")[2] for word in kept} | kept
    name = next((name for needed, name in _BY_STATE if needed <= words), "Update")
    return "AdamW" if name == "Adam" and is_decaying else name
