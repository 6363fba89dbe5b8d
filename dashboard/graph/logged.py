"""Which of the tags that a run logged belong to which scope or node of its graph.

A tag names a tensor as a pytree, torch or Keras spells it (``grads/dense_0/kernel``, ``layer1.0.weight``,
``dense/kernel_0/histogram``), with words before or after that say what is logged of it. Those words taken off, the
longest end of the tag that is also the end of one path in the graph names the item. An end that fits several paths
equally well names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.modules import plain_name

GRADS, PARAMS, UPDATES, ACTIVATIONS = "grads", "params", "updates", "activations"
GRAD_NORM, UPDATE_RATIO, NON_FINITE_SHARE, ZERO_SHARE = "grad_norm", "update_ratio", "nonfinite_share", "zero_share"
OTHER = "other"

_WORDS = {
    GRADS: ("grads", "grad", "gradients", "gradient"),
    PARAMS: ("params", "param", "parameters", "parameter", "weights", "variables"),
    UPDATES: ("updates", "update"),
    ACTIVATIONS: ("activations", "activation", "outputs"),
    GRAD_NORM: ("grad_norm", "grad_norms", "gradient_norm", "gradient_norms", "gradnorm"),
    UPDATE_RATIO: ("update_ratio", "update_ratios"),
    NON_FINITE_SHARE: ("nonfinite_share", "non_finite_share"),
    ZERO_SHARE: ("zero_share",),
    "": ("train", "training", "histogram", "histograms", "values", "norm"),  # say nothing of what it is
}
_WHAT_BY_WORD = {word: what for what, words in _WORDS.items() for word in words}
_LEAVES = frozenset(
    {"weight", "weights", "kernel", "recurrent_kernel", "bias", "gamma", "beta", "scale", "embedding", "embeddings"}
)
_LIGHTNING_NORM = re.compile(r"^grad_[\d.]+_norm(?=/)")
_COUNTER = re.compile(r"(:\d+|_0)$")


@dataclass(frozen=True, slots=True)
class LoggedTag:
    """A tag that belongs to an item of the graph.

    Attributes:
        tag: As it was logged.
        kind: ``scalars`` or ``histograms``.
        what: What is logged of the item: one of the constants of this module.
        item: Index in the hierarchy.
    """

    tag: str
    kind: str
    what: str
    item: int


@dataclass(frozen=True, slots=True)
class _Name:
    tag: str
    kind: str
    what: str
    parts: tuple[str, ...]


def match_tags(hierarchy: Hierarchy, tags: Mapping[str, Iterable[str]]) -> tuple[LoggedTag, ...]:
    """Finds what each tag was logged of; tags of nothing in the graph are left out.

    Args:
        hierarchy: The graph.
        tags: By kind, ``scalars`` and ``histograms``.
    """
    names = [_read_tag(tag, kind) for kind, held in tags.items() for tag in held]
    paths = _paths_by_end(hierarchy, {part for name in names for part in _ends(name.parts)})
    found = ((name, _find_item(name.parts, paths)) for name in names if name.parts)
    return tuple(LoggedTag(name.tag, name.kind, name.what, item) for name, item in found if item)


def split_tag(tag: str) -> tuple[str, tuple[str, ...]]:
    """What is logged, and the path of what it is logged of.

    >>> split_tag("grads/dense_0/kernel"), split_tag("layer1.0.weight.grad")
    (('grads', ('dense_0', 'kernel')), ('grads', ('layer1', '0', 'weight')))
    """
    parts = [part for part in re.split(r"[/.]", _LIGHTNING_NORM.sub(GRAD_NORM, tag.lower())) if part]
    what = ""
    while len(parts) > 1 and parts[0] in _WHAT_BY_WORD:
        what = _more_exact(what, _WHAT_BY_WORD[parts.pop(0)])
    while len(parts) > 1 and (parts[-1] in _WHAT_BY_WORD and parts[-1] not in _LEAVES):
        what = _more_exact(what, _WHAT_BY_WORD[parts.pop()])
    return what, tuple(parts)


def _more_exact(one: str, other: str) -> str:
    """Of ``nonfinite_share/grads/…`` the share; of ``train/grads/…`` the gradients."""
    shares = (NON_FINITE_SHARE, ZERO_SHARE, GRAD_NORM, UPDATE_RATIO)
    return next((what for what in (one, other) if what in shares), one or other)


def _read_tag(tag: str, kind: str) -> _Name:
    what, parts = split_tag(tag)
    if kind == "scalars" and what in (GRADS, PARAMS, UPDATES, ACTIVATIONS):
        what = GRAD_NORM if what == GRADS and "norm" in tag.lower() else OTHER
    if kind == "histograms" and what in (GRAD_NORM, UPDATE_RATIO, NON_FINITE_SHARE, ZERO_SHARE):
        what = OTHER
    if kind == "histograms" and not what and parts and _COUNTER.sub("", parts[-1]) in _LEAVES:
        what = PARAMS
    return _Name(tag, kind, what or OTHER, parts)


def _ends(parts: tuple[str, ...]) -> list[str]:
    """The last parts that an item may have to be meant by a tag."""
    if not parts:
        return []
    last = _COUNTER.sub("", parts[-1])
    return [parts[-1], last, parts[-2]] if last in _LEAVES and len(parts) > 1 else [parts[-1], last]


def _paths_by_end(hierarchy: Hierarchy, ends: set[str]) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """The paths, by their last part, of all items that a tag may mean."""
    paths: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for index, item in enumerate(hierarchy.items):
        name = plain_name(item.name).lower()
        if index and name in ends:
            outer = [plain_name(hierarchy.items[one].name).lower() for one in hierarchy.ancestors(index)]
            paths.setdefault(name, []).append((tuple(".".join([*outer, name]).split(".")), index))
    return paths


def _find_item(parts: tuple[str, ...], paths: Mapping[str, list[tuple[tuple[str, ...], int]]]) -> int:
    """The item that a path names, else the module of the weight that it names; 0 for none."""
    last = _COUNTER.sub("", parts[-1])
    tries = [parts, (*parts[:-1], last)]
    if last in _LEAVES and len(parts) > 1:
        tries.append(parts[:-1])
    return next((item for one in tries if (item := _find_longest(one, paths))), 0)


def _find_longest(parts: tuple[str, ...], paths: Mapping[str, list[tuple[tuple[str, ...], int]]]) -> int:
    held = paths.get(parts[-1], ())
    for start in range(len(parts)):
        end = parts[start:]
        fitting = [(path, item) for path, item in held if path[-len(end) :] == end]
        if start and len(end) == 1:  # one word in common may be chance, unless it is all of the path
            fitting = [(path, item) for path, item in fitting if path == end]
        if fitting:
            shortest = min(len(path) for path, _ in fitting)
            nearest = [item for path, item in fitting if len(path) == shortest]
            return nearest[0] if len(nearest) == 1 else 0
    return 0
