"""``data/runs`` and ``data/tags``: what there is to look at."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query

from dashboard.health import describe_problems
from dashboard.settings import Settings
from dashboard.store.index_files import find_default_folder
from dashboard.store.protocol import LogStore, Progress, RunFacts
from summaries import FolderProblem, find_compiled, show_path


def make_router(store: LogStore, settings: Settings, progress: Progress, server: str) -> APIRouter:
    """Makes the routes that list runs and tags.

    Args:
        store: What is listed.
        settings: Where the logdir is.
        progress: How far the logdir is read.
        server: Tells this board from every other; versions of two of them have nothing to do with each other.
    """
    router = APIRouter(tags=["runs"])

    @router.get("/data/runs")
    def get_runs() -> dict[str, Any]:
        """All runs, the newest first, with what was found wrong with their files, and remarks on the index.

        `is_compiled` tells whether the compiled scanner reads the files.
        """
        is_reading = progress.is_reading  # first: what is listed afterwards is then at least all of the first look
        version, tags_version, runs = store.version(), store.tags_version(), store.runs()
        return {
            "server": server,
            "version": version,
            "is_reading": is_reading,
            "tags_version": tags_version,
            "is_compiled": find_compiled()["scan"],
            "remarks": [hide_folders(remark, settings) for remark in store.remarks()],
            "logdir": describe_logdirs(settings, progress.problems, has_runs=bool(runs)),
            "runs": [run_to_json(run) for run in runs],
        }

    @router.get("/data/tags")
    def get_tags(kind: Annotated[str, Query(min_length=1, max_length=64, examples=["scalars"])]) -> dict[str, Any]:
        """Tags of a kind; each with the runs that have it, as indices into `runs`."""
        version = store.tags_version()
        names = [run.name for run in store.runs()]
        index = {name: i for i, name in enumerate(names)}
        tags = {tag: sorted(index[run] for run in runs if run in index) for tag, runs in store.tags(kind).items()}
        return {"server": server, "version": version, "runs": names, "tags": tags}

    return router


def run_to_json(run: RunFacts) -> dict[str, Any]:
    """A run as the page reads it; times that are not known yet are null."""
    return {
        "name": run.name,
        "version": run.version,
        "first_wall_time": None if math.isnan(run.first_wall_time) else run.first_wall_time,
        "last_wall_time": None if math.isnan(run.last_wall_time) else run.last_wall_time,
        "num_points": run.num_points,
        "kinds": sorted(run.kinds),
        "problems": [problem for health in run.files for problem in describe_problems(health)],
    }


def describe_logdirs(settings: Settings, problems: Sequence[FolderProblem], *, has_runs: bool) -> dict[str, Any]:
    """The logdirs' names, what could not be looked into, and while there is no run, what was looked at."""
    described = {
        "label": hide_folders(settings.logdir_label, settings) if settings.is_shared else settings.logdir_label,
        "exists": any(logdir.exists for logdir in settings.logdirs),
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
