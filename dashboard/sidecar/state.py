"""What people added, as one value that does not change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.sidecar.edits import Path
from dashboard.sidecar.fields import find_rule


@dataclass(frozen=True)
class RunNotes:
    """What people added to a run.

    Attributes:
        name: What to show in place of the run's own name; "" for that.
        notes: Markdown.
        tags: Words, sorted.
        color: Number of a colour of the palette from 1, or `#rrggbb`; None for the board's choice.
        is_pinned: Whether it stands above the others.
        is_hidden: Whether it is left out of lists and figures until someone shows it again.
        is_archived: Whether it is put away for good.
    """

    name: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    color: int | str | None = None
    is_pinned: bool = False
    is_hidden: bool = False
    is_archived: bool = False


@dataclass(frozen=True)
class Note:
    """An annotation that someone added to a run.

    Attributes:
        run: Name of the run.
        id: Names it among those of the run.
        step: Where.
        text: What is said.
        tag: The time series that it is of; "" for all of the run.
    """

    run: str
    id: str
    step: int
    text: str
    tag: str = ""


@dataclass(frozen=True)
class SidecarState:
    """All that people added.

    Attributes:
        runs: By the name of the run; those to which nothing was added are left out.
        baseline: Name of the run that others are compared with; "" for none.
        views: Addresses of views by their names.
        charts: Charts that people built, by their ids: their title, and their tags.
        annotations: By run, then step.
    """

    runs: Mapping[str, RunNotes] = field(default_factory=dict)
    baseline: str = ""
    views: Mapping[str, str] = field(default_factory=dict)
    charts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    annotations: tuple[Note, ...] = ()


def make_state(values: Mapping[Path, Any]) -> SidecarState:
    """Makes the state of the values that edits come to; paths that this release does not know are passed over."""
    fields: dict[str, dict[str, Any]] = {}
    views, charts, notes = {}, {}, []
    for path, value in values.items():
        if find_rule(path) is None:
            continue
        match path:
            case ("runs", run, "tags", tag):
                fields.setdefault(run, {}).setdefault("tags", []).append(tag)
            case ("runs", run, "annotations", identifier):
                notes.append(Note(run, identifier, **value))
            case ("runs", run, name):
                fields.setdefault(run, {})[name] = value
            case ("views", name):
                views[name] = value
            case ("charts", identifier):
                charts[identifier] = value
    return SidecarState(
        runs=dict(_iter_notes(fields)),
        baseline=values.get(("baseline",), ""),
        views=dict(sorted(views.items())),
        charts=dict(sorted(charts.items())),
        annotations=tuple(sorted(notes, key=lambda note: (note.run, note.step, note.id))),
    )


def _iter_notes(fields: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, RunNotes]]:
    for run, given in sorted(fields.items()):
        notes = RunNotes(**{**given, "tags": tuple(sorted(given.get("tags", ())))})
        if notes != RunNotes():
            yield run, notes
