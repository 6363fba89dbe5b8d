"""``data/runs/trash``: deleting runs, in two steps, and bringing them back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from dashboard.api.parameters import Name
from dashboard.api.selections import MAX_RUNS
from dashboard.api.sidecar import CHANGE_RESPONSES, refusals
from dashboard.sidecar.trash import Trash, TrashError
from dashboard.store.protocol import LogStore, RunFacts

_RESPONSES = CHANGE_RESPONSES | {409: {"description": "A run can't be moved, or changed since; nothing was moved."}}


class TrashBody(BaseModel):
    """Runs to move into the trash; first without a confirmation."""

    runs: list[Name] = Field(min_length=1, max_length=MAX_RUNS, examples=[["lr_0.1"]])
    confirmation: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Key of the answer without one; left out, nothing is moved."
    )


class RestoreBody(BaseModel):
    """What to bring back."""

    id: Annotated[str, Field(max_length=64, examples=["20261125T162721Z-5d0a6c1f"])]


def make_router(trash: Trash, store: LogStore, server: str) -> APIRouter:
    """Makes the routes of the trash over the runs of a store; `server` tells this board from every other."""
    router = APIRouter(tags=["sidecar"])

    @router.get("/data/runs/trash")
    def get_trash() -> dict[str, Any]:
        """What lies in the trash, the newest first."""
        return {"server": server, "trash": [asdict(trashed) for trashed in trash.entries()]}

    @router.post("/data/runs/trash", responses=_RESPONSES)
    def post_trash(body: TrashBody) -> dict[str, Any]:
        """Moves the event files of runs into the trash of their logdir.

        Without a confirmation nothing is moved: the answer says what would be, its size, and the key to confirm it.
        """
        with refusals():
            runs = find_runs(store, body.runs)
            try:
                if body.confirmation is None:
                    plan = trash.plan(runs)
                    num_bytes = sum(run.num_bytes for run in plan.runs)
                    return {"server": server, "num_bytes": num_bytes, **asdict(plan)}
                return {"server": server, **asdict(trash.move(runs, body.confirmation))}
            except TrashError as error:
                raise HTTPException(409, str(error)) from error

    @router.post("/data/runs/restore", responses=_RESPONSES)
    def post_restore(body: RestoreBody) -> dict[str, Any]:
        """Brings back what was moved into the trash together."""
        with refusals():
            try:
                return {"server": server, **asdict(trash.restore(body.id))}
            except TrashError as error:
                raise HTTPException(409, str(error)) from error

    return router


def find_runs(store: LogStore, names: list[str]) -> list[RunFacts]:
    """The runs of some names, each once.

    Raises:
        KeyError: If there is none of a name; carries a sentence.
    """
    runs = {run.name: run for run in store.runs()}
    for name in names:
        if name not in runs:
            raise KeyError(f"There is no run {name[:200]!r}.")
    return [runs[name] for name in dict.fromkeys(names)]
