"""Lines: what there is of the tags that a request names, in which runs, and where its points stand.

A tag that begins with ``=`` is an expression over tags of the same run (`dashboard.queries.expressions.grammar`). The
x-axis ``metric:TAG`` puts each point where TAG stands at its step. With a baseline, values are those above or below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dashboard.api.bodies import Curve
from dashboard.queries.deltas import subtract
from dashboard.queries.expressions.evaluate import evaluate
from dashboard.queries.expressions.grammar import parse
from dashboard.queries.expressions.syntax import iter_tags
from dashboard.queries.joining import look_up
from dashboard.queries.positions import Positions
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Series

EXPRESSION = "="
METRIC = "metric:"


class View(Protocol):
    """What all lines of a request share."""

    @property
    def x_axis(self) -> str:
        """``step``, ``relative``, ``wall`` or ``metric:TAG``."""

    @property
    def baseline(self) -> str:
        """Name of the run that is subtracted; "" for none."""


@dataclass(frozen=True)
class Line:
    """One tag, or expression, in one run that has it.

    Attributes:
        run: The run.
        tag: The tag.
        place: Indices of the run and the tag in the request.
        version: Store version of the last change of what it is made from.
    """

    run: RunFacts
    tag: str
    place: tuple[int, int]
    version: int

    def read(self, store: LogStore, view: View) -> Curve | None:
        """Its points; None if they were removed from the logdir meanwhile."""
        try:
            series = read_tag(store, self.run.name, self.tag)
            if view.baseline:
                series = subtract(series, read_tag(store, view.baseline, self.tag))
            return Curve(series, self.run.first_wall_time, self._place(store, series, view.x_axis))
        except KeyError:
            return None

    def _place(self, store: LogStore, series: Series, x_axis: str) -> Positions | None:
        if not x_axis.startswith(METRIC):
            return None
        other = read_tag(store, self.run.name, x_axis.removeprefix(METRIC))
        return Positions(look_up(other, is_finite=True).at(series.steps))


def find_lines(store: LogStore, runs: Sequence[str], tags: Sequence[str], view: View, since: int = 0) -> Iterator[Line]:
    """What there is of the tags in the runs that changed after a version, run after run."""
    drawn = _find_drawn(store, tags, view)
    facts = {run.name: run for run in store.find_runs((*runs, view.baseline))}
    baseline_version = facts[view.baseline].version if view.baseline in facts else 0
    for run_index, name in enumerate(runs):
        run = facts.get(name)
        if run is None or max(run.version, baseline_version) <= since:
            continue
        version = max(run.version, baseline_version)
        for tag_index, tag, has_it in drawn:
            if name in has_it:
                yield Line(run, tag, (run_index, tag_index), version)


def _find_drawn(store: LogStore, tags: Sequence[str], view: View) -> list[tuple[int, str, set[str]]]:
    """The tags that there is something of, each with its index and the runs that have all that it is made from."""
    needed_by_tag = {tag: needed_tags(tag) for tag in tags}
    x_tags = needed_tags(view.x_axis.removeprefix(METRIC)) if view.x_axis.startswith(METRIC) else set()
    needed = x_tags.union(*needed_by_tag.values())
    runs_by_tag = {tag: set(runs) for tag, runs in store.tags("scalars").items() if tag in needed}

    def find_runs(needed: set[str]) -> set[str]:
        return set.intersection(*(runs_by_tag.get(tag, set()) for tag in needed))

    return [
        (index, tag, find_runs(needed_by_tag[tag] | x_tags))
        for index, tag in enumerate(tags)
        if not view.baseline or view.baseline in find_runs(needed_by_tag[tag])
    ]


def needed_tags(tag: str) -> set[str]:
    """The logged tags that a tag, or expression, is made from."""
    if not tag.startswith(EXPRESSION):
        return {tag}
    return {one.name for one in iter_tags(parse(tag.removeprefix(EXPRESSION)))}


def read_tag(store: LogStore, run: str, tag: str) -> Series:
    """All points of a tag or an expression.

    Raises:
        KeyError: If the run or a tag is not there.
    """
    if not tag.startswith(EXPRESSION):
        return store.series(run, tag)
    return evaluate(parse(tag.removeprefix(EXPRESSION)), lambda name: store.series(run, name))


def check_tag(tag: str) -> str:
    """The tag.

    Raises:
        ExpressionError: If it is an expression that cannot be read.
    """
    needed_tags(tag)
    return tag


def check_axis(x_axis: str) -> str:
    """The x-axis.

    Raises:
        ExpressionError: If it is of an expression that cannot be read.
    """
    if x_axis.startswith(METRIC):
        check_tag(x_axis.removeprefix(METRIC))
    return x_axis


def stamp_of(store: LogStore, runs: Sequence[str], view: View) -> tuple[int, int]:
    """What grows or shrinks whenever one of the runs, or the baseline, changes, comes or goes."""
    facts = store.find_runs((*runs, view.baseline) if view.baseline else runs)
    return max((run.version for run in facts), default=0), len(facts)
