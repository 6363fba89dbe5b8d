"""A selection of runs is posted once and named by a short key afterwards: 1,000 runs never travel in a URL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.api.parameters import Name
from dashboard.store.cache import ByteCache, weigh

MAX_BYTES = 64 << 20
"""How much is kept of selections."""
MAX_RUNS = 20_000
_NAME_BYTES = 60  # what a name takes beside its letters


class Selections:
    """The posted selections, the latest `MAX_BYTES` of them. Safe to use from any thread.

    >>> selections = Selections()
    >>> key = selections.add(["a", "b"])
    >>> selections[key]
    ('a', 'b')
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._runs_by_key = ByteCache(max_bytes)

    def add(self, runs: Iterable[str]) -> str:
        """Keeps a selection and returns its key, which is the same for the same runs in the same order."""
        names = tuple(runs)
        key = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
        if self._runs_by_key.find(key) is None:
            self._runs_by_key.put(key, None, names, weigh(names) + _NAME_BYTES * len(names))
        return key

    def __getitem__(self, key: str) -> tuple[str, ...]:
        """The runs of a selection.

        Raises:
            KeyError: If the key was never posted to this server, or too long ago.
        """
        runs: tuple[str, ...] | None = self._runs_by_key.find(key)
        if runs is None:
            raise KeyError(f"No selection is known as {key!r}. Post the runs to data/selections again.")
        return runs


class SelectionBody(BaseModel):
    """The runs to select, in the order in which answers shall list them."""

    runs: list[Name] = Field(max_length=MAX_RUNS, examples=[["baseline", "lr_0.1"]])


class SelectionKey(BaseModel):
    """The key to pass as `selection` to the other routes."""

    key: str


def make_router(selections: Selections) -> APIRouter:
    """Makes the route that posts a selection."""
    router = APIRouter(tags=["runs"])

    @router.post("/data/selections")
    def post_selection(body: SelectionBody) -> SelectionKey:
        """Keeps a selection of runs; the other routes take its key."""
        return SelectionKey(key=selections.add(body.runs))

    return router
