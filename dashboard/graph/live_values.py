"""Gradient norms, update ratios and non-finite counts of every scope, from what was logged of its weights.

The gradient norm of a scope is the root of the summed squares of its weights' norms, its update ratio the norm of all
its updates over that of all its weights, its count the sum. What was logged of the scope itself comes first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.graph.hierarchy import Hierarchy
from dashboard.graph.logged import (
    ACTIVATIONS,
    GRAD_NORM,
    GRADS,
    NON_FINITE_SHARE,
    OTHER,
    PARAMS,
    UPDATE_RATIO,
    UPDATES,
    LoggedTag,
)
from summaries import Histogram

NON_FINITE, VALUE = "nonfinite", "value"
MISSING = {
    GRAD_NORM: "Not logged: scalars grad_norm/LAYER, or histograms grads/….",
    UPDATE_RATIO: "Not logged: scalars update_ratio/LAYER, or histograms updates/… beside params/….",
    NON_FINITE: "Not logged: histograms of params/…, grads/… or activations/….",
}


@dataclass(frozen=True, slots=True)
class Moments:
    """What a histogram says of all its values.

    Attributes:
        squares: Sum of the squares of the finite values.
        num_bad: How many are not finite.
        std: Standard deviation of the finite values; NaN without any.
    """

    squares: float
    num_bad: float
    std: float


Value = float | Moments
Values = dict[int, float]
_TRAINING = frozenset({"train", "training"})
_LIVE = frozenset({GRADS, PARAMS, UPDATES, ACTIVATIONS, GRAD_NORM, UPDATE_RATIO, NON_FINITE_SHARE})


def is_live(tag: LoggedTag) -> bool:
    """Whether a tag says something of a quantity that boxes are coloured by."""
    return tag.what in _LIVE or (tag.what == OTHER and tag.kind == "scalars")


def find_moments(histogram: Histogram) -> Moments:
    """The moments of a histogram; one that does not say its squares has them estimated from its buckets."""
    lefts, rights, counts = histogram.lefts, histogram.rights, histogram.counts
    squares, total = histogram.sum_squares, histogram.sum
    with np.errstate(over="ignore", invalid="ignore"):  # the squares of large values are infinite
        if math.isnan(squares):  # values lie evenly in each bucket
            squares = float(np.sum(counts * (lefts * lefts + lefts * rights + rights * rights) / 3))
        if math.isnan(total):
            total = float(np.sum(counts * (lefts + rights) / 2))
    num_finite = float(counts.sum())
    num_bad = histogram.num - num_finite
    num_bad = max(0.0, float(round(num_bad))) if math.isfinite(num_bad) else 0.0
    if not num_finite:
        return Moments(0.0, num_bad, math.nan)
    mean = total / num_finite
    variance = squares / num_finite - mean * mean
    std = math.sqrt(max(0.0, variance)) if math.isfinite(variance) else math.nan
    return Moments(max(squares, 0.0), num_bad, std)


def sum_up(hierarchy: Hierarchy, logged: Iterable[tuple[LoggedTag, Value]]) -> dict[str, Values]:
    """Values by quantity and item, for every item above what was logged.

    Args:
        hierarchy: The graph.
        logged: The tags, each with its value at one step.
    """
    direct: dict[str, Values] = {what: {} for what in (GRAD_NORM, UPDATE_RATIO)}
    squares: dict[str, Values] = {what: {} for what in (GRADS, PARAMS, UPDATES)}
    bad: Values = {}
    shares: Values = {}
    scalars: dict[int, list[tuple[str, float]]] = {}
    for tag, value in logged:
        if isinstance(value, Moments):
            if tag.what in squares:
                squares[tag.what][tag.item] = value.squares
            if tag.what in (GRADS, PARAMS, UPDATES, ACTIVATIONS):
                bad[tag.item] = bad.get(tag.item, 0.0) + value.num_bad
        elif tag.what in direct:
            direct[tag.what][tag.item] = value
        elif tag.what == OTHER:
            scalars.setdefault(tag.item, []).append((tag.tag, value))
        elif tag.what == NON_FINITE_SHARE:
            share = min(1.0, max(0.0, value)) if math.isfinite(value) else 1.0  # one that is none itself is all of it
            shares[tag.item] = max(share, shares.get(tag.item, 0.0))
    for item, share in shares.items():
        bad.setdefault(item, float(round(share * max(1, hierarchy.items[item].params))))
    return {
        GRAD_NORM: _norms(hierarchy, direct[GRAD_NORM], squares[GRADS]),
        UPDATE_RATIO: _ratios(hierarchy, direct[UPDATE_RATIO], squares[UPDATES], squares[PARAMS]),
        NON_FINITE: carry_up(hierarchy, bad),
        VALUE: {item: one for item, found in scalars.items() if (one := choose_scalar(found)) is not None},
    }


def choose_scalar(found: Sequence[tuple[str, float]]) -> float | None:
    """Of the scalars that belong to one item, by tag, the one that the graph computes: that of the training.

    Returns:
        None if several of them may be that.

    >>> choose_scalar([("eval/loss", 0.7), ("train/loss", 0.5)])
    0.5
    """
    if len(found) > 1:
        found = [(tag, value) for tag, value in found if "/" not in tag or tag.split("/")[0] in _TRAINING]
    return found[0][1] if len(found) == 1 else None


def carry_up(hierarchy: Hierarchy, values: Mapping[int, float], fixed: Mapping[int, float] | None = None) -> Values:
    """Adds the values of all items to the scopes that hold them; those of `fixed` are known and take no more."""
    fixed = fixed or {}
    totals = {**values, **fixed}
    waiting = set(totals)
    for index in set(totals):
        waiting.update(hierarchy.ancestors(index), {0})
    for index in sorted(waiting, key=lambda i: -hierarchy.items[i].depth):
        parent = hierarchy.items[index].parent
        if index in totals and parent >= 0 and parent not in fixed:
            totals[parent] = totals.get(parent, 0.0) + totals[index]
    return totals


def _norms(hierarchy: Hierarchy, direct: Mapping[int, float], squares: Mapping[int, float]) -> Values:
    fixed = {item: value * value for item, value in direct.items()}
    totals = carry_up(hierarchy, squares, fixed)
    return {item: math.sqrt(total) for item, total in totals.items()}


def _ratios(
    hierarchy: Hierarchy, direct: Mapping[int, float], updates: Mapping[int, float], params: Mapping[int, float]
) -> Values:
    """Where the norm of some weights is not known, a scope has no ratio but one that was logged."""
    weights = carry_up(hierarchy, params)
    known = {item: (ratio * ratio) * weights[item] for item, ratio in direct.items() if weights.get(item)}
    unknown = {above for item in direct if item not in known for above in (0, *hierarchy.ancestors(item))}
    moved = carry_up(hierarchy, {item: updates[item] for item in updates if params.get(item)}, known)
    ratios = {item: math.sqrt(total / weights[item]) for item, total in moved.items() if weights.get(item)}
    return {item: ratio for item, ratio in ratios.items() if item not in unknown} | dict(direct)
