"""``data/health``: every run and event file, and what is wrong with it, as `board inspect` says it."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from dashboard.api.answers import JSON_TYPE, answer, encode_json
from dashboard.api.clients import Client, ClientParameter
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.parameters import MAX_NAME_CHARACTERS, KindParameter, Name
from dashboard.api.runs import hide_folders
from dashboard.health import add_counts, capitalize, describe_counts, explain_nothing
from dashboard.inspection.passed_over import PassedOver
from dashboard.inspection.report import FileReport, Report
from dashboard.inspection.stored import make_report
from dashboard.inspection.text import iter_index, to_text
from dashboard.settings import Settings
from dashboard.store.index_files import IndexFacts
from dashboard.store.protocol import LogStore, Progress, RunFacts
from summaries import show_path

MAX_FILES = 1_000
"""Files of one answer."""
MAX_SENTENCES = 20
"""Sentences of one file."""
MAX_PASSED_OVER = 200
MAX_RUNS = 100
_KEPT_SECS = 2.0
"""How long what was passed over may be known before it is looked for again."""

EXAMPLE = {
    "server": "5f2a90c1",
    "version": 5311,
    "is_reading": False,
    "is_compiled": True,
    "totals": {
        "num_runs": 1,
        "num_files": 1,
        "num_bytes": 19_344,
        "num_records": 400,
        "num_points": 398,
        "num_with_problems": 1,
    },
    "remarks": [],
    "folders": [],
    "index": "No index is kept.",
    "passed_over": {
        "num_files": 1,
        "is_whole": True,
        "files": [{"path": "…/runs/notes.txt", "sentence": "Its name does not hold “tfevents”."}],
    },
    "num_files": 1,
    "files": [
        {
            "run": "baseline",
            "name": "events.out.tfevents.1764084000.box.42.0",
            "path": "…/runs/baseline/events.out.tfevents.1764084000.box.42.0",
            "state": "damaged",
            "num_bytes": 19_344,
            "num_records": 400,
            "num_points": 398,
            "kinds": {"scalars": 398, "status": 2},
            "holds": "398 scalars",
            "is_torn": False,
            "sentences": ["The checksum of a record is wrong at byte 1,978; skipped 48 bytes."],
        }
    ],
    "run": None,
}
TEXT_EXAMPLE = "runs: 1 run, 1 event file, 19.3 kB\n  398 scalars\n  read by the compiled scanner\n"
WHY_EXAMPLE = {"sentence": "Run `baseline` holds no images: it logged 398 scalars."}


class Reports:
    """The newest report of a board: pages of one list come from one report."""

    def __init__(self, store: LogStore, progress: Progress, settings: Settings) -> None:
        self._store, self._progress, self._settings = store, progress, settings
        self._lock = threading.Lock()
        self._made: tuple[int, float, Report] | None = None

    def get(self, client: Client) -> tuple[int, Report]:
        """Version of the store, and what it had at that version or later.

        Raises:
            ClientGoneError: If the client went away before all files were looked at.
        """
        with self._lock:
            client.check()  # it may have waited for the report of another
            version, now = self._store.version(), time.monotonic()
            if self._made is None or self._made[0] != version or now - self._made[1] > _KEPT_SECS:
                files = client.while_there(self._store.files())
                report = make_report(files, self._progress.problems, self._settings, client.check)
                self._made = version, now, report
            return version, self._made[2]


def make_router(store: LogStore, settings: Settings, progress: Progress, server: str) -> APIRouter:
    """Makes the routes that tell of files and of what is not to be seen; arguments as of `api.runs.make_router`."""
    router, reports = APIRouter(tags=["health"]), Reports(store, progress, settings)

    @router.get("/data/health", responses=shows(EXAMPLE, text=TEXT_EXAMPLE))
    def get_health(
        request: Request,
        client: ClientParameter,
        run: Annotated[Name | None, Query(description="Only files of this run.", examples=["baseline"])] = None,
        problems: Annotated[bool, Query(description="Only files with something to say of.")] = False,
        q: Annotated[str, Query(max_length=MAX_NAME_CHARACTERS, description="Part of a run's or file's name.")] = "",
        offset: Annotated[int, Query(ge=0, le=10**9, description="Files to leave out at the beginning.")] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_FILES, description="Files of the answer.")] = 200,
        format: Literal["json", "text"] = "json",
    ) -> Response:
        """Files, those with problems first, and the totals of all; as text, what `board inspect` prints of them."""
        version, report = reports.get(client)
        files = client.while_there(report.files)
        chosen = [file for file in files if _is_asked(file, run, q.lower(), problems=problems)]
        if format == "text":
            part = report if len(chosen) == len(report.files) else _narrow(report, chosen)
            return _answer(request, hide_folders(to_text(part, MAX_FILES), settings), MEDIA_TYPES["text"])
        chosen.sort(key=lambda file: (not file.sentences, file.run, file.path))
        content = {
            "server": server,
            "version": version,
            "is_reading": progress.is_reading,
            "is_compiled": report.is_compiled,
            "totals": count(report),
            "remarks": [hide_folders(remark, settings) for remark in store.remarks()],
            "folders": [f"{hide_folders(path, settings)}: {reason}." for path, reason in report.unreadable],
            "index": describe_index(report.index),
            "passed_over": describe_passed_over(report.passed_over, settings),
            "num_files": len(chosen),
            "files": [file_to_json(file, settings) for file in chosen[offset : offset + limit]],
            "run": None if run is None else describe_run(run, report, store.runs()),
        }
        return _answer(request, encode_json(content), JSON_TYPE)

    _add_why(router, reports)
    return router


def _add_why(router: APIRouter, reports: Reports) -> None:
    @router.get("/data/health/why", responses=shows(WHY_EXAMPLE))
    def get_why(
        client: ClientParameter,
        run: Annotated[list[Name], Query(min_length=1, max_length=MAX_RUNS, examples=[["baseline"]])],
        kind: KindParameter,
    ) -> dict[str, str]:
        """In a sentence or a few, why nothing of a kind is to be seen of some runs; "" if there is something."""
        files = reports.get(client)[1].files
        names = client.while_there(run)
        counts = {name: add_counts(file.counts for file in files if file.run == name) for name in names}
        return {"sentence": explain_nothing(kind, counts)}


def _answer(request: Request, content: str | bytes, media_type: str) -> Response:
    """An answer whose ETag is made from all of it: what lies in the folders has no version."""
    data = content.encode() if isinstance(content, str) else content
    digest = hashlib.sha256(data).hexdigest()[:16]
    return answer(request, (digest,), lambda: Response(data, media_type=media_type))


def _is_asked(file: FileReport, run: str | None, part: str, *, problems: bool) -> bool:
    if (run is not None and file.run != run) or (problems and not file.sentences):
        return False
    return not part or part in f"{file.run}/{show_path(file.path.name)}".lower()


def _narrow(report: Report, files: Sequence[FileReport]) -> Report:
    """The report of some of the files."""
    return dataclasses.replace(report, files=tuple(files), passed_over=PassedOver(), index=None)


def count(report: Report) -> dict[str, int]:
    """What there is of everything."""
    files = report.files
    return {
        "num_runs": len({file.run for file in files}),
        "num_files": len(files),
        "num_bytes": sum(file.num_bytes for file in files),
        "num_records": sum(file.num_records for file in files),
        "num_points": sum(file.counts.get("scalars", 0) for file in files),
        "num_with_problems": sum(bool(file.sentences) for file in files),
    }


def file_to_json(file: FileReport, settings: Settings) -> dict[str, Any]:
    """A file as the page reads it."""
    more = len(file.sentences) - MAX_SENTENCES
    sentences = [capitalize(sentence) for sentence in file.sentences[:MAX_SENTENCES]]
    return {
        "run": file.run,
        "name": show_path(file.path.name),
        "path": hide_folders(show_path(file.path), settings),
        "state": find_state(file),
        "num_bytes": file.num_bytes,
        "num_records": file.num_records,
        "num_points": file.counts.get("scalars", 0),
        "kinds": dict(sorted(file.counts.items())),
        "holds": describe_counts(add_counts([file.counts])),
        "is_torn": file.is_torn,
        "sentences": sentences + ([f"And {more:,} more places."] if more > 0 else []),
    }


def find_state(file: FileReport) -> str:
    """The state of a file in a word."""
    if not file.num_bytes:
        return "empty"
    if file.sentences and not file.num_records:
        return "unreadable"
    if file.problems:
        return "damaged"
    return "torn" if file.is_torn else "sound"


def describe_run(name: str, report: Report, runs: Sequence[RunFacts]) -> dict[str, str] | None:
    """The state of a run, and what it holds; None if there is no such run."""
    facts = next((run for run in runs if run.name == name), None)
    if facts is None:
        return None
    held = describe_counts(add_counts(file.counts for file in report.files if file.run == name))
    return {
        "name": name,
        "state": facts.state_at(time.time()),
        "sentence": f"It logged {held}." if held else "It logged nothing that a page shows.",
    }


def describe_passed_over(passed_over: PassedOver, settings: Settings) -> dict[str, Any]:
    """What was passed over: how many files, and the first of them with the reason."""
    return {
        "num_files": passed_over.num_files,
        "is_whole": passed_over.is_whole,
        "files": [
            {"path": hide_folders(show_path(entry.path), settings), "sentence": f"{capitalize(entry.reason)}."}
            for entry in passed_over.entries[:MAX_PASSED_OVER]
        ],
    }


def describe_index(index: IndexFacts | None) -> str:
    """The state of the index, in a sentence or two."""
    if index is None:
        return "No index is kept."
    lines = [line.strip() for line in iter_index(index, index.path.name)]
    return f"{'; '.join(lines)}."
