"""Which values of a metric are better, as far as the runs that log it agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from summaries import Facts


def merge_directions(declared: Iterable[tuple[str, Facts]], tags: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The direction, `min` or `max`, of each tag of which a run declares one and no other run the other one.

    >>> from summaries import MetricDeclaration
    >>> facts = Facts(metrics={"*/loss": MetricDeclaration("*/loss", direction="min")})
    >>> merge_directions([("a", facts)], {"val/loss": ["a", "b"], "lr": ["a"], "other/loss": ["b"]})
    {'val/loss': 'min'}

    Args:
        declared: Runs with what they say of themselves.
        tags: The runs that log each tag.
    """
    runs_by_said: dict[frozenset[object], tuple[Facts, set[str]]] = {}  # runs of one program declare the same
    for run, facts in declared:
        if facts.metrics:
            runs_by_said.setdefault(frozenset(facts.metrics.values()), (facts, set()))[1].add(run)
    found: dict[str, set[str]] = {}
    for facts, runs in runs_by_said.values():
        for tag, logging in tags.items():
            metric = facts.find_metric(tag)
            if metric is not None and metric.direction and not runs.isdisjoint(logging):
                found.setdefault(tag, set()).add(metric.direction)
    return {tag: directions.pop() for tag, directions in sorted(found.items()) if len(directions) == 1}
