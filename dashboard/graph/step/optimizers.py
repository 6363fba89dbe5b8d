"""The name of an optimizer, told by the transformations that optax makes it of, else by what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Set

# Optax's transformations that an optimizer has its name from; others scale, clip or wrap.
_BY_TRANSFORMATION = {
    "scale_by_adadelta": "Adadelta",
    "scale_by_adam": "Adam",
    "scale_by_adamax": "Adamax",
    "scale_by_amsgrad": "AMSGrad",
    "scale_by_belief": "AdaBelief",
    "scale_by_factored_rms": "Adafactor",
    "scale_by_lion": "Lion",
    "scale_by_novograd": "NovoGrad",
    "scale_by_radam": "RAdam",
    "scale_by_rms": "RMSProp",
    "scale_by_rprop": "Rprop",
    "scale_by_rss": "Adagrad",
    "scale_by_sign": "signSGD",
    "scale_by_sm3": "SM3",
    "scale_by_stddev": "RMSProp",
    "scale_by_yogi": "Yogi",
    "trace": "Momentum",
}
_DECAY, _TRUST = "add_decayed_weights", "scale_by_trust_ratio"
_DECAYING = {"Adam": "AdamW", "Adamax": "AdamaxW"}
_TRUSTING = {"Adam": "LAMB", "Momentum": "LARS"}

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


def name_optimizer(
    state_names: Iterable[str],
    transformations: Set[str] = frozenset(),
    *,
    is_decaying: bool = False,
    keeps_others: bool = False,
) -> str:
    """The optimizer; ``SGD`` for one that keeps nothing, ``Update`` for an unknown one.

    Different ones keep the same: what is told by that alone is ``like Adam``.

    Args:
        state_names: What it keeps of each parameter.
        transformations: Of optax, which it is made of; empty where the graph does not tell.
        is_decaying: Whether it shrinks parameters.
        keeps_others: Whether it keeps arrays that are of no known parameter.

    >>> name_optimizer({"mu", "nu"}, {"scale_by_yogi"}), name_optimizer({"mu", "nu"}), name_optimizer({"slow_weights"})
    ('Yogi', 'like Adam', 'Update')
    """
    made_of = sorted({name for one, name in _BY_TRANSFORMATION.items() if one in transformations})
    if made_of:
        return " + ".join(_variant(name, transformations) for name in made_of)
    kept = set(state_names)
    if not kept:
        return "Update" if keeps_others else "SGD"
    words = {word.rpartition("_")[2] for word in kept} | kept
    name = next((name for needed, name in _BY_STATE if needed <= words), "")
    if not name:
        return "Update"
    return f"like {_DECAYING.get(name, name) if is_decaying else name}"


def _variant(name: str, transformations: Set[str]) -> str:
    """The name with what is put around it: ``AdamW`` decays weights, ``LAMB`` scales by layer."""
    if _TRUST in transformations and name in _TRUSTING:
        return _TRUSTING[name]
    return _DECAYING.get(name, name) if _DECAY in transformations else name
