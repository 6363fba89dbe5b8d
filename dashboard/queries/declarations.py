"""What programs declare of a metric, as far as the runs that log it agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from summaries import Facts

Declared = Sequence[tuple[str, Facts]]
"""Runs with what they say of themselves."""
Tags = Mapping[str, Collection[str]]
"""The runs that log each tag."""


def merge_directions(declared: Declared, tags: Tags) -> dict[str, str]:
    """The direction, `min` or `max`, of each tag of which a run declares one and no other run the other one.

    >>> from summaries import MetricDeclaration
    >>> facts = Facts(metrics={"*/loss": MetricDeclaration("*/loss", direction="min")})
    >>> merge_directions([("a", facts)], {"val/loss": ["a", "b"], "lr": ["a"], "other/loss": ["b"]})
    {'val/loss': 'min'}
    """
    return _agreed((tag, direction) for tag, direction, _ in _iter_declared(declared, tags) if direction)


def merge_x_axes(declared: Declared, tags: Tags, runs: Iterable[str]) -> dict[str, str]:
    """The tag that each tag is drawn over, where a run declares one, no other run another one, and all can be drawn so.

    >>> from summaries import MetricDeclaration
    >>> facts = Facts(metrics={"*": MetricDeclaration("*", x_axis="epoch")})
    >>> tags = {"acc": ["a"], "loss": ["a", "b"], "epoch": ["a"]}
    >>> merge_x_axes([("a", facts)], tags, ["a"]), merge_x_axes([("a", facts)], tags, ["a", "b"])
    ({'acc': 'epoch', 'loss': 'epoch'}, {'acc': 'epoch'})

    Args:
        declared: Runs with what they say of themselves.
        tags: The runs that log each tag.
        runs: The runs that are to be drawn.
    """
    drawn = set(runs)
    agreed = _agreed((tag, axis) for tag, _, axis in _iter_declared(declared, tags) if axis and axis != tag)
    return {tag: axis for tag, axis in agreed.items() if drawn.intersection(tags[tag]) <= set(tags.get(axis, ()))}


def _iter_declared(declared: Declared, tags: Tags) -> Iterator[tuple[str, str, str]]:
    """Each tag of which a run that logs it declares something, with a direction and an x-axis, which may be ""."""
    runs_by_said: dict[frozenset[object], tuple[Facts, set[str]]] = {}  # runs of one program declare the same
    for run, facts in declared:
        if facts.metrics:
            runs_by_said.setdefault(frozenset(facts.metrics.values()), (facts, set()))[1].add(run)
    for facts, runs in runs_by_said.values():
        for tag, logging in tags.items():
            metric = facts.find_metric(tag)
            if metric is not None and not runs.isdisjoint(logging):
                yield tag, metric.direction, metric.x_axis


def _agreed(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is said of each tag, where it is one thing."""
    found: dict[str, set[str]] = {}
    for tag, word in said:
        found.setdefault(tag, set()).add(word)
    return {tag: words.pop() for tag, words in sorted(found.items()) if len(words) == 1}
