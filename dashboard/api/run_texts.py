"""``data/runs/notes`` and ``data/console``: what is written of one run, and what its program printed last."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.description import shows
from dashboard.api.parameters import RunParameter
from dashboard.sidecar import Sidecar
from dashboard.store.protocol import LogStore
from summaries import kinds
from summaries.kinds.console import CONSOLE_TAG

MAX_CONSOLE_CHARACTERS = 64 << 10
NOTES_EXAMPLE = {"text": "Second try, with *warm-up*.", "html": "<p>Second try, with <em>warm-up</em>.</p>\n"}
CONSOLE_EXAMPLE = {"version": 5311, "text": "epoch 1\nepoch 2\n", "is_whole": True}


def make_router(store: LogStore, sidecar: Sidecar, server: str) -> APIRouter:
    """Makes the routes; `server` is part of each ETag."""
    router = APIRouter(tags=["runs"])

    @router.get("/data/runs/notes", responses=shows(NOTES_EXAMPLE))
    def get_notes(request: Request, run: RunParameter) -> Response:
        """Notes on a run: Markdown and what it looks like, as HTML that a page may hold.

        They are those that someone added, and else those of its program.
        """
        from dashboard.markdown import render_markdown  # a start need not wait for it

        with looking_up():
            facts = store.run(run)
        known = sidecar.read()
        added = known.state.runs.get(run)
        text = (added.notes if added else "") or facts.facts.info.notes or ""
        stamp = server, facts.version, known.version
        return answer(request, stamp, lambda: json_answer({"text": text, "html": render_markdown(text)}))

    @router.get("/data/console", responses=shows(CONSOLE_EXAMPLE))
    def get_console(request: Request, run: RunParameter) -> Response:
        """The last of what a run's program printed, if it was logged; `is_whole` says whether that is all."""
        with looking_up():
            version = store.run(run).version
            num_pieces = len(store.blobs(run, CONSOLE_TAG, "console"))
        return answer(
            request,
            (server, version),
            lambda: json_answer({"version": version, **_read_tail(store, run, num_pieces)}),
        )

    return router


def _read_tail(store: LogStore, run: str, num_pieces: int) -> dict[str, object]:
    """The last pieces, until there are characters enough; those that can't be decoded are passed over."""
    texts: list[str] = []
    num_characters = 0
    while num_pieces > 0 and num_characters < MAX_CONSOLE_CHARACTERS:
        num_pieces -= 1
        texts.append(_read_piece(store, run, num_pieces))
        num_characters += len(texts[-1])
    is_whole = num_pieces == 0 and num_characters <= MAX_CONSOLE_CHARACTERS
    return {"text": "".join(reversed(texts))[-MAX_CONSOLE_CHARACTERS:], "is_whole": is_whole}


def _read_piece(store: LogStore, run: str, index: int) -> str:
    try:
        blob = store.blob(run, CONSOLE_TAG, "console", index)
    except (OSError, EOFError) as error:
        raise HTTPException(503, "The event file changed or went away while it was read. Ask again.") from error
    try:
        text: str = kinds.decode("console", blob).text
    except ValueError:
        return ""
    return text
