"""``data/sidecar``: what people added to the runs, and how they change it."""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from dashboard.api.answers import answer, encode_json, json_answer
from dashboard.api.errors import not_found
from dashboard.api.live import NewsHub
from dashboard.api.parameters import Name
from dashboard.api.runs import hide_folders
from dashboard.settings import Settings
from dashboard.sidecar import Applied, Change, ReadOnlyError, Sidecar, SidecarState
from dashboard.sidecar.shelves import find_data_folder

MAX_EDITS = 20_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class EditBody(BaseModel):
    """A value to give to a path; without one, what is there is taken away."""

    path: list[Name] = Field(max_length=4, examples=[["runs", "baseline", "notes"]])
    value: Any = Field(default=None, examples=["diverged at step 3,000"])


class EditsBody(BaseModel):
    """Edits that are kept together."""

    edits: list[EditBody] = Field(min_length=1, max_length=MAX_EDITS)


class UndoBody(BaseModel):
    """Edits that are taken back together, as an answer named them."""

    undo: list[Annotated[str, Field(max_length=64)]] = Field(
        min_length=1, max_length=MAX_EDITS, examples=[["5d0a6c1f9b2e4d37"]]
    )


class Kept(BaseModel):
    """What became of the edits."""

    server: str
    version: int = Field(description="The first version of the sidecar that has them.")
    undo: list[str] = Field(description="What to post to data/sidecar/undo, so that all is as before.")


def make_router(sidecar: Sidecar, hub: NewsHub, settings: Settings, server: str) -> APIRouter:
    """Makes the routes of the sidecar.

    Args:
        sidecar: What people added.
        hub: Is told of each change.
        settings: Which folders are not named to strangers.
        server: Tells this board from every other; versions of two of them have nothing to do with each other.
    """
    router = APIRouter(tags=["sidecar"])

    def tell(applied: Applied) -> Kept:
        hub.notify()
        return Kept(server=server, version=applied.version, undo=list(applied.ids))

    @router.get("/data/sidecar")
    def get_sidecar(request: Request) -> Response:
        """All that people added: to runs, as views and charts, the baseline; what is not set is left out of a run."""
        known = sidecar.read()
        remarks = [_hide_data_folder(remark, settings) for remark in known.remarks]
        facts = {"server": server, "version": known.version, "is_read_only": sidecar.is_read_only, "remarks": remarks}
        stamp = server, known.version, zlib.crc32(encode_json(remarks))
        return answer(request, stamp, lambda: json_answer(facts | state_to_json(known.state)))

    @router.post("/data/sidecar/edits", responses=CHANGE_RESPONSES)
    def post_edits(body: EditsBody) -> Kept:
        """Keeps edits: all of those on runs of one logdir, or none. docs/sidecar.md lists the paths."""
        changes = [Change(tuple(edit.path), edit.value) for edit in body.edits]
        with refusals():
            return tell(sidecar.apply(changes))

    @router.post("/data/sidecar/undo", responses=CHANGE_RESPONSES)
    def post_undo(body: UndoBody) -> Kept:
        """Takes edits back; what others did later stays. Posting what comes back does the edits again."""
        with refusals():
            return tell(sidecar.undo(body.undo))

    return router


def state_to_json(state: SidecarState) -> dict[str, Any]:
    """What people added, as the page reads it; what is not set of a run is left out."""
    return {
        "runs": {
            run: {name: given for name, given in vars(notes).items() if given} for run, notes in state.runs.items()
        },
        "baseline": state.baseline,
        "views": state.views,
        "charts": state.charts,
        "annotations": [asdict(note) for note in state.annotations],
    }


CHANGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    403: {"description": "The board was started with --read-only."},
    507: {"description": "The disk is full; nothing was changed."},
}


@contextmanager
def refusals() -> Iterator[None]:
    """Turns why something was not changed into an answer.

    Raises:
        HTTPException: With a sentence.
    """
    try:
        yield
    except ReadOnlyError as error:
        raise HTTPException(403, str(error)) from error
    except KeyError as error:
        raise not_found(error) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except FileNotFoundError as error:
        raise HTTPException(409, "The logdir is not there any more. Nothing was kept.") from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "the disk failed"
        status = 507 if error.errno in _FULL else 500
        raise HTTPException(status, f"Could not keep this: {reason}. Nothing was changed.") from error


def _hide_data_folder(text: str, settings: Settings) -> str:
    return hide_folders(text.replace(os.fspath(find_data_folder()), "…/sidecars"), settings)
