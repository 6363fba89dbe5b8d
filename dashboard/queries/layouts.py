"""Layouts of charts as programs log them by ``add_custom_scalars``, those of several runs as one.

Synopsis:
    >>> layout = {"losses": {"all": ["Multiline", ["loss/.*"]], "noise": ["Margin", ["m", "m-", "m+"]]}}
    >>> (title, charts), = merge_layouts([(0, layout)], ["loss/a", "m"])
    >>> [(chart.title, chart.tags, chart.runs) for chart in charts]
    [('all', ('loss/a',), (0,)), ('noise', ('m',), (0,))]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import re2

from summaries.kinds.custom_scalars import MARGIN, LayoutDict


class MarginLine(NamedTuple):
    """The tags of a line with a band."""

    value: str
    lower: str
    upper: str


@dataclass(frozen=True)
class Chart:
    """A chart that was logged.

    Attributes:
        title: Its title.
        is_margin: Whether its lines have bands.
        tags: Tags of its lines, of those that there are, in their order.
        lines: Its lines with bands, as they were logged.
        patterns: The regular expressions of its other lines.
        runs: Which runs logged it.
    """

    title: str
    is_margin: bool
    tags: tuple[str, ...]
    lines: tuple[MarginLine, ...]
    patterns: tuple[str, ...]
    runs: tuple[int, ...]


class _Collected(NamedTuple):
    """What several runs say of one chart, each once and in the order in which it came."""

    parts: dict[str, None]
    runs: dict[int, None]


def merge_layouts(layouts: Iterable[tuple[int, LayoutDict]], tags: Sequence[str]) -> list[tuple[str, list[Chart]]]:
    """The charts of each category; one of the same title in several runs is one chart with the lines of all.

    Args:
        layouts: A number of the run, and its layout.
        tags: The tags that there are, sorted. A regular expression names those that it matches from their beginning, as
            in TensorBoard; one that cannot be read names the tag of that name.
    """
    merged: dict[str, dict[tuple[str, bool], _Collected]] = {}
    for run, layout in layouts:
        for category, charts in layout.items():
            into = merged.setdefault(category, {})
            for title, (style, parts) in charts.items():
                collected = into.setdefault((title, style == MARGIN), _Collected({}, {}))
                collected.parts.update(dict.fromkeys(_group_parts(style, parts)))
                collected.runs[run] = None
    return [(title, [_make_chart(*key, one, tags) for key, one in charts.items()]) for title, charts in merged.items()]


def _group_parts(style: str, parts: Sequence[str]) -> list[Any]:
    """Patterns; or value, lower and upper together."""
    if style != MARGIN:
        return list(parts)
    return [MarginLine(*parts[begin : begin + 3]) for begin in range(0, len(parts) - 2, 3)]


def _make_chart(title: str, is_margin: bool, collected: _Collected, tags: Sequence[str]) -> Chart:
    parts: list[Any] = list(collected.parts)
    if is_margin:
        known = set(tags)
        found = [line.value for line in parts if line.value in known]
    else:
        found = [tag for pattern in parts for tag in _match(pattern, tags)]
    return Chart(
        title=title,
        is_margin=is_margin,
        tags=tuple(dict.fromkeys(found)),
        lines=tuple(parts) if is_margin else (),
        patterns=() if is_margin else tuple(parts),
        runs=tuple(collected.runs),
    )


def _match(pattern: str, tags: Sequence[str]) -> list[str]:
    options = re2.Options()
    options.log_errors = False
    try:
        regex = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError):
        return [tag for tag in tags if tag == pattern]
    return [tag for tag in tags if regex.match(tag)]


def layout_to_json(categories: Iterable[tuple[str, list[Chart]]]) -> list[Mapping[str, Any]]:
    """Merged layouts as JSON."""
    return [{"title": title, "charts": [_chart_to_json(chart) for chart in charts]} for title, charts in categories]


def _chart_to_json(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "kind": "margin" if chart.is_margin else "multiline",
        "tags": chart.tags,
        "lines": [line._asdict() for line in chart.lines],
        "patterns": chart.patterns,
        "runs": chart.runs,
    }
