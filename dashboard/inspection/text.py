"""A report as lines of at most 80 columns, but for paths, which are never shortened."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from dashboard.health import add_counts, capitalize, describe_counts
from dashboard.inspection.passed_over import OTHER_NAME, PassedOver
from dashboard.inspection.report import FileReport, Report, TagReport, merge_tags
from dashboard.inspection.words import (
    WIDTH,
    format_bytes,
    format_count,
    format_duration,
    format_step,
    format_time,
    make_table,
    show_name,
)
from dashboard.store.index_files import IndexFacts
from summaries.logdirs import show_path

MAX_ROWS = 30
"""Rows of a table; files whose problems are told."""
MAX_SENTENCES = 5
"""Sentences of one file."""
_KIND_LENGTH = 16
_PORTABLE = (
    "portable scanner; the compiled one, which is far faster, is built where the package is installed with a C compiler"
)

_Item = TypeVar("_Item")


def to_text(report: Report, max_rows: int = MAX_ROWS) -> str:
    """All that there is to say, as paragraphs.

    Args:
        report: What there is to say.
        max_rows: How many files with findings are told of, and how many things that were passed over.
    """
    parts = [_iter_totals(report)]
    tags = merge_tags(tag for file in report.files for tag in file.tags)
    if report.has_logdirs and len(report.files) > 1 and tags:
        parts.append(_iter_runs(report.files))
    parts += [_iter_tags(tags), _iter_problems(report, max_rows), _iter_passed_over(report.passed_over, max_rows)]
    if report.index is not None:
        parts.append(iter_index(report.index, show_path(report.index.path)))
    paragraphs = ["\n".join(part) for part in parts]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _iter_totals(report: Report) -> Iterator[str]:
    files = report.files
    label = show_name(" ".join(report.paths))
    if report.has_logdirs:
        runs = format_count(len({file.run for file in files}), "run")
        yield f"{label}: {runs}, {format_count(len(files), 'event file')}, {_sum_bytes(files)}"
    else:
        num_records = sum(file.num_records for file in files)
        yield f"{label}: {format_count(num_records, 'record')}, {_sum_bytes(files)}"
    merged = merge_tags(tag for file in files for tag in file.tags)
    if merged:
        yield from _wrap(_count_values(merged), "  ")
        yield f"  {_describe_span(merged)}"
    elif counts := add_counts(file.counts for file in files):
        yield from _wrap(describe_counts(counts), "  ")
    if files:
        taken = "read by the" if math.isnan(report.seconds) else f"read in {format_duration(report.seconds)} by the"
        yield from _wrap(f"{taken} compiled scanner" if report.is_compiled else f"{taken} {_PORTABLE}", "  ")
    else:
        yield "  There is no event file in it: no file whose name holds “tfevents”."


def _sum_bytes(files: Sequence[FileReport]) -> str:
    return format_bytes(sum(file.num_bytes for file in files))


def _count_values(tags: Sequence[TagReport]) -> str:
    """`12,000 points in 24 tags (3 NaN or infinite) · 80 histograms in 8 tags`; points come first."""
    by_kind: dict[str, list[TagReport]] = {}
    for tag in sorted(tags, key=lambda tag: not tag.is_scalar):
        by_kind.setdefault(tag.kind, []).append(tag)
    return " · ".join(_count_kind(kind, members) for kind, members in by_kind.items())


def _count_kind(kind: str, tags: Sequence[TagReport]) -> str:
    num_values, num_bad = sum(tag.num_values for tag in tags), sum(tag.num_non_finite for tag in tags)
    is_scalar = tags[0].is_scalar
    what = format_count(num_values, "point") if is_scalar else f"{num_values:,} {show_name(kind, _KIND_LENGTH)}"
    bad = f" ({num_bad:,} NaN or infinite)" if num_bad else ""
    return f"{what} in {format_count(len(tags), 'tag')}{bad}"


def _describe_span(tags: Sequence[TagReport]) -> str:
    first_step, last_step = min(tag.first_step for tag in tags), max(tag.last_step for tag in tags)
    steps = f"steps {format_step(first_step)} to {format_step(last_step)}"
    walls = [wall for tag in tags for wall in (tag.first_wall_time, tag.last_wall_time) if not math.isnan(wall)]
    if not walls:
        return steps
    first, last = format_time(min(walls)), format_time(max(walls))
    if first[:10] == last[:10]:
        last = last[11:]
    return f"{steps} · {first} to {last} UTC ({format_duration(max(walls) - min(walls))})"


def _iter_runs(files: Sequence[FileReport]) -> Iterator[str]:
    by_run: dict[str, list[FileReport]] = {}
    for file in files:
        by_run.setdefault(file.run, []).append(file)
    header = ("run", "files", "points", "others", "last step", "last value (UTC)")
    shown, more = _cut(list(by_run.items()), MAX_ROWS)
    yield from make_table(header, [_make_run_row(run, members) for run, members in shown], 1)
    yield from _say_more(more, "run")


def _make_run_row(run: str, files: Sequence[FileReport]) -> tuple[str, ...]:
    tags = [tag for file in files for tag in file.tags]
    num_points = sum(tag.num_values for tag in tags if tag.is_scalar)
    num_others = sum(tag.num_values for tag in tags if not tag.is_scalar)
    last_step = format_step(max(tag.last_step for tag in tags)) if tags else "–"
    last_time = format_time(max((tag.last_wall_time for tag in tags), default=math.nan))
    counts = (f"{count:,}" for count in (len(files), num_points, num_others))
    return (run, *counts, last_step, last_time)


def _iter_tags(tags: Sequence[TagReport]) -> Iterator[str]:
    """The tags of all files: of a logdir, those of several runs are counted together."""
    if not tags:
        return
    header = ("kind", "tag", "values", "NaN, Inf", "first step", "last step")
    shown, more = _cut(sorted(tags, key=lambda tag: not tag.is_scalar), MAX_ROWS)
    yield from make_table(header, map(_make_tag_row, shown), 2)
    yield from _say_more(more, "tag")


def _make_tag_row(tag: TagReport) -> tuple[str, ...]:
    bad = f"{tag.num_non_finite:,}" if tag.num_non_finite else ""
    steps = format_step(tag.first_step), format_step(tag.last_step)
    return (show_name(tag.kind, _KIND_LENGTH), tag.name, f"{tag.num_values:,}", bad, *steps)


def _iter_problems(report: Report, max_rows: int) -> Iterator[str]:
    spoiled = [file for file in report.files if file.sentences]
    if not spoiled and not report.unreadable:
        if report.files:
            yield "No problem was found."
        return
    if spoiled:
        yield f"Findings in {len(spoiled):,} of {format_count(len(report.files), 'file')}:"
    shown, more = _cut(spoiled, max_rows)
    for file in shown:
        yield f"  {_show_path(file.path)}"
        sentences, left = _cut(file.sentences, MAX_SENTENCES)
        for sentence in sentences:
            yield from _wrap(capitalize(sentence), "    ")
        yield from _say_more(left, "place", "    ")
    yield from _say_more(more, "file", "  ")
    unreadable, more = _cut(report.unreadable, max_rows)
    for path, reason in unreadable:
        yield f"  {path} could not be looked into: {reason}."
    yield from _say_more(more, "such place", "  ")


def _iter_passed_over(passed_over: PassedOver, max_rows: int) -> Iterator[str]:
    """What might have been meant to be read by name; files of other names are only counted."""
    if not passed_over.num_files:
        return
    at_least = "" if passed_over.is_whole else "at least "
    yield f"Passed over {at_least}{format_count(passed_over.num_files, 'file')}:"
    others = [entry for entry in passed_over.entries if entry.reason == OTHER_NAME]
    odd = [entry for entry in passed_over.entries if entry.reason != OTHER_NAME]
    if num_others := passed_over.num_files - len(odd):
        yield f"  {format_count(num_others, 'file')} of another name: it does not hold “tfevents”"
        yield f"    such as {_show_path(others[0].path)}"
    shown, more = _cut(odd, max_rows)
    for entry in shown:
        yield f"  {_show_path(entry.path)}"
        yield f"    {capitalize(entry.reason)}."
    yield from _say_more(more, "file", "  ")


def iter_index(index: IndexFacts, path: str) -> Iterator[str]:
    """The state of an index whose file is named as `path`."""
    if not index.exists:
        yield f"No index yet; board --logdir will make it at\n  {path}"
        return
    yield f"Index: {path}"
    if index.problem:
        yield f"  {format_bytes(index.num_bytes)}; it {index.problem}, and will be made anew."
        return
    held = f"{format_count(index.num_files, 'file')}, {format_count(index.num_points, 'point')}"
    held += f", {index.num_blobs:,} others; {index.bytes_per_point:.1f} bytes a value"
    yield f"  {format_bytes(index.num_bytes)}: {held}"
    if index.writer:
        yield f"  written by {index.writer}"


def _show_path(path: Path) -> str:
    """A path, relative to the working folder where it lies in there."""
    return show_path(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _cut(items: Sequence[_Item], limit: int) -> tuple[Sequence[_Item], int]:
    """The first items, and how many are left out; one more than the limit is not worth a line that says so."""
    return (items, 0) if len(items) <= limit + 1 else (items[:limit], len(items) - limit)


def _say_more(count: int, noun: str, indent: str = "") -> Iterator[str]:
    if count:
        yield f"{indent}… and {format_count(count, f'more {noun}')}; --json tells of all"


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
