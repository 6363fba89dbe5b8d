"""Run info: what a run is called and what its author says of it.

One encoding: a JSON object, with plugin `run_info`. Several in one run are merged: what a later one says holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from summaries.kinds.json_values import check_text, make_record_kind

RUN_INFO_TAG = "__run__/info"


@dataclass(frozen=True)
class RunInfo:
    """What the program says of its run.

    Attributes:
        name: The name to show; None if it says nothing.
        notes: Markdown; None if it says nothing.
        tags: Labels; None if it says nothing.
        group: Runs of one group belong together; None if it says nothing.
    """

    name: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        for name in ("name", "notes", "group"):
            check_text(name, getattr(self, name) or "")

    def updated(self, later: RunInfo) -> RunInfo:
        """This with what `later` says in its place."""
        said = {name: value for name, value in vars(later).items() if value is not None}
        return RunInfo(**(vars(self) | said))


RUN_INFO = make_record_kind("run_info", RunInfo)
