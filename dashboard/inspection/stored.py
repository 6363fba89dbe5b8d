"""The report of what a running board has read: nothing is read again for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from dashboard.health import iter_sentences
from dashboard.inspection.passed_over import find_passed_over
from dashboard.inspection.report import FileReport, Report, describe_folders, describe_index
from dashboard.settings import Settings
from dashboard.store.protocol import FileFacts
from summaries import FolderProblem, find_compiled


def make_report(
    files: Iterable[FileFacts], problems: Iterable[FolderProblem], settings: Settings, check: Callable[[], None]
) -> Report:
    """What `inspect` says of the logdirs, but for their tags, and without reading.

    Args:
        files: What the store knows of the event files.
        problems: Folders that could not be looked into.
        settings: Where the logdirs and the index are.
        check: Called between two entries of the folders; what it raises ends the work.
    """
    return Report(
        paths=(settings.logdir_label,),
        has_logdirs=True,
        files=tuple(map(_report_file, files)),
        unreadable=describe_folders(problems),
        passed_over=find_passed_over(settings.logdirs, check),
        seconds=math.nan,
        is_compiled=find_compiled()["scan"],
        index=describe_index(settings),
    )


def _report_file(file: FileFacts) -> FileReport:
    health = file.health
    return FileReport(
        path=health.path,
        run=file.run,
        num_bytes=file.num_bytes,
        num_records=health.num_records,
        counts=file.counts,
        tags=(),
        problems=health.problems,
        sentences=tuple(iter_sentences(health, file.num_bytes)),
        is_torn=health.is_torn,
    )
