"""``data/facts``: everything that is known of one run."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.description import shows
from dashboard.api.parameters import RunParameter
from dashboard.api.run_list import run_to_json
from dashboard.api.runs import RUN_EXAMPLE
from dashboard.health import describe_problems
from dashboard.queries.runs.progress import find_progress
from dashboard.store.protocol import LogStore, RunFacts
from dashboard.store.series_tally import RunTallies
from summaries import FileHealth, show_path

MAX_PROBLEMS = 1_000
"""How many problems of a file are told."""

EXAMPLE = {
    "server": "9f2c61d0",
    **RUN_EXAMPLE,
    "status": {
        "state": "running",
        "start_time": 1764084000.0,
        "host": "node7",
        "pid": 4711,
        "heartbeat_secs": 30.0,
        "reason": "",
        "traceback": "",
        "last_heard": 1764087600.5,
    },
    "progress": {"first_step": 0, "step": 4200, "total": 50000},
    "notes": "Second try, with *warm-up*.",
    "config": {"optimizer": {"lr": 0.1}},
    "hparams": {"optimizer.lr": 0.1},
    "environment": {
        "command": ["train.py", "--lr=0.1"],
        "folder": "/home/ada/project",
        "host": "node7",
        "pid": 4711,
        "platform": "Linux-6.8-x86_64",
        "python": "3.12.7",
        "executable": "/usr/bin/python3",
        "num_cpus": 16,
        "packages": {"jax": "0.7.0"},
        "git_commit": "c0ffee",
        "git_branch": "main",
        "git_diff_stat": "",
    },
    "metrics": [{"tag": "train/loss", "direction": "min", "x_axis": ""}],
    "files": [
        {
            "name": "events.out.tfevents.1764084000.node7.4711.0",
            "num_bytes_read": 2097152,
            "num_records": 42012,
            "is_torn": False,
            "num_problems": 1,
            "problems": [{"offset": 1042, "num_bytes": 52, "reason": "the checksum of a record is wrong"}],
            "sentences": ["events.out.tfevents.…: the checksum of a record is wrong at byte 1,042; skipped 52 bytes."],
        }
    ],
}


def make_router(store: LogStore, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["runs"])

    @router.get("/data/facts", responses=shows(EXAMPLE))
    def get_facts(request: Request, run: RunParameter) -> Response:
        """All that is known of one run: as in the list of runs, and what it says of itself.

        What it does not say is null. `progress` goes by the number of steps in its configuration. Numbers that JSON
        does not have are spelled "NaN", "+Inf" and "-Inf".
        """
        with looking_up():
            facts, counted = store.run(run), store.tallies(run)
        now = time.time()
        stamp = server, facts.version, facts.state_at(now)
        return answer(request, stamp, lambda: json_answer({"server": server, **facts_to_json(facts, counted, now)}))

    return router


def facts_to_json(run: RunFacts, counted: RunTallies, now: float) -> dict[str, Any]:
    """A run, with all that it says of itself."""
    said = run.facts
    progress = find_progress(said.hparams, counted)
    return {
        **run_to_json(run, now),
        "progress": None if progress is None else vars(progress),
        "status": None if said.status is None else vars(said.status) | {"last_heard": run.last_heard},
        "notes": said.info.notes,
        "config": said.config,
        "hparams": said.hparams,
        "environment": None if said.environment is None else dataclasses.asdict(said.environment),
        "metrics": [dataclasses.asdict(metric) for metric in said.metrics.values()],
        "files": [file_to_json(health) for health in run.files],
    }


def file_to_json(health: FileHealth) -> dict[str, Any]:
    """The health of an event file; of many problems the first are told."""
    told = dataclasses.replace(health, problems=health.problems[:MAX_PROBLEMS])
    return {
        "name": show_path(health.path.name),
        "num_bytes_read": health.num_bytes_read,
        "num_records": health.num_records,
        "is_torn": health.is_torn,
        "num_problems": len(health.problems),
        "problems": [dataclasses.asdict(problem) for problem in told.problems],
        "sentences": describe_problems(told),
    }
