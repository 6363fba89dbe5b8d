"""``data/runs``: the runs there are, and what is known of the logdir."""

from __future__ import annotations

import itertools
import os
import time
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.answers import JSON_TYPE, answer, encode_json
from dashboard.api.description import shows
from dashboard.api.parameters import ListSinceParameter
from dashboard.api.run_list import Listed, RunList
from dashboard.api.selections import Selections
from dashboard.settings import Settings
from dashboard.store.index_files import find_default_folder
from dashboard.store.protocol import FirstLook, LogStore, Progress
from dashboard.store.slots import Slots
from summaries import FolderProblem, find_compiled, show_path

RUN_EXAMPLE = {
    "name": "sweep/lr_0.1",
    "version": 5311,
    "first_wall_time": 1764084000.0,
    "last_wall_time": 1764087600.5,
    "num_points": 42000,
    "kinds": ["scalars", "status"],
    "num_problems": 0,
    "problems": [],
    "state": "running",
    "stalls_at": 1764087690.5,
    "display_name": "Learning rate 0.1",
    "group": "sweep",
    "tags": ["adam"],
    "folded_from": [],
}
RUNS_EXAMPLE = {
    "server": "9f2c61d0",
    "version": 5312,
    "is_reading": False,
    "tags_version": 5120,
    "is_compiled": True,
    "remarks": [],
    "logdir": {"label": "runs", "exists": True, "problems": []},
    "since": 0,
    "num_runs": 1,
    "newest": {"num_runs": 1, "selection": "5b1f0b2c8d9e4a37"},
    "gone": [],
    "runs": [RUN_EXAMPLE | {"slot": 0}],
}


def make_router(
    store: LogStore, settings: Settings, progress: FirstLook, slots: Slots, posted: Selections, server: str
) -> APIRouter:
    """Makes the route that lists runs.

    Args:
        store: What is listed.
        settings: Where the logdir is.
        progress: How far the logdir is read.
        slots: Which colour each run has by itself.
        posted: Takes the newest runs as a selection.
        server: Tells this board from every other; versions of two of them have nothing to do with each other.
    """
    router = APIRouter(tags=["runs"])
    listed_runs = RunList(store, slots)

    @router.get("/data/runs", responses=shows(RUNS_EXAMPLE))
    def get_runs(request: Request, since: ListSinceParameter = 0) -> Response:
        """All runs, the newest first, with their states and what was found wrong with their files.

        `remarks` are on the index. `is_compiled` tells whether the compiled scanner reads the files. With `since`,
        `runs` has the runs that changed and `gone` the names that are listed no more. `num_problems` counts what is
        wrong with a run's files; of many `problems` the first are told. A run whose `state` is running counts as
        stalled after `stalls_at` if nothing is heard of it until then; if it logs no state, `state` is empty then.
        `slot` counts the colours of the palette from 0, over and over; a run keeps it once the logdir has been read.
        `newest`, of a list of all runs, has the key of a selection of so many from the first one on, as if they had
        been posted.
        """
        if not since:
            progress.wait_until_read()
        is_reading = progress.is_reading  # first: what is listed afterwards is then at least all of the first look
        tags_version = store.tags_version()
        listed = listed_runs.read(since, time.time(), is_settled=not is_reading)
        head: dict[str, Any] = {"server": server, "is_reading": is_reading, "tags_version": tags_version}
        head |= describe_list(listed, store, settings, progress)
        if not listed.since:
            head["newest"] = {"num_runs": len(listed.newest), "selection": posted.add(listed.newest)}
        opening = encode_json(head)
        stamp = server, listed.revision, zlib.crc32(opening)

        def make() -> Response:
            gone = encode_json(listed.gone)
            content = b"".join([opening[:-1], b',"gone":', gone, b',"runs":[', listed.runs, b"]}"])
            return Response(content, media_type=JSON_TYPE)

        return answer(request, stamp, make)

    return router


def describe_list(listed: Listed, store: LogStore, settings: Settings, progress: Progress) -> dict[str, Any]:
    """What a list is of."""
    return {
        "version": listed.version,
        "is_compiled": find_compiled()["scan"],
        "remarks": [hide_folders(remark, settings) for remark in store.remarks()],
        "logdir": describe_logdirs(settings, progress.problems, has_runs=bool(listed.num_runs)),
        "since": listed.since,
        "num_runs": listed.num_runs,
    }


def describe_logdirs(settings: Settings, problems: Sequence[FolderProblem], *, has_runs: bool) -> dict[str, Any]:
    """The logdirs' names, what could not be looked into, and while there is no run, what was looked at."""
    show = partial(hide_folders, settings=settings) if settings.is_shared else str
    logdirs = [
        {"name": logdir.name, "label": show(logdir.label), "exists": logdir.exists} for logdir in settings.logdirs
    ]
    described: dict[str, Any] = {
        "label": show(settings.logdir_label),
        "exists": any(logdir["exists"] for logdir in logdirs),
        "logdirs": logdirs,
        "problems": [hide_folders(f"{show_path(problem.path)}: {problem.reason}.", settings) for problem in problems],
    }
    if has_runs:
        return described
    num_folders, num_files = _count_entries([logdir.path for logdir in settings.logdirs if not logdir.is_remote])
    return described | {"num_folders": num_folders, "num_files": num_files}


def hide_folders(text: str, settings: Settings) -> str:
    """A text in which folders of the machine are named by their last part, as ``…/runs``."""
    logdirs = [logdir.path for logdir in settings.logdirs if not logdir.is_remote]
    index = find_default_folder() if settings.index is None else Path(settings.index).expanduser().absolute()
    for folder in sorted([*logdirs, os.fspath(index), os.path.expanduser("~")], key=len, reverse=True):
        text = text.replace(folder, f"…/{name}") if (name := os.path.basename(folder)) else text
    return text


def _count_entries(paths: Sequence[str], limit: int = 10_000) -> tuple[int, int]:
    """Folders and files below some folders; stops counting at `limit`."""
    num_folders = num_files = 0
    for _, folders, files in itertools.chain.from_iterable(os.walk(path) for path in paths):
        num_folders += len(folders)
        num_files += len(files)
        if num_folders + num_files >= limit:
            break
    return num_folders, num_files
