"""A selection of runs is posted once and named by a short key afterwards: 1,000 runs never travel in a URL."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.api.parameters import Name

MAX_SELECTIONS = 512
MAX_RUNS = 20_000


class Selections:
    """The posted selections, the latest `MAX_SELECTIONS` of them. Safe to use from any thread.

    >>> selections = Selections()
    >>> key = selections.add(["a", "b"])
    >>> selections[key]
    ('a', 'b')
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs_by_key: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def add(self, runs: Iterable[str]) -> str:
        """Keeps a selection and returns its key, which is the same for the same runs in the same order."""
        names = tuple(runs)
        key = hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]
        with self._lock:
            self._runs_by_key[key] = names
            self._runs_by_key.move_to_end(key)
            while len(self._runs_by_key) > MAX_SELECTIONS:
                self._runs_by_key.popitem(last=False)
        return key

    def __getitem__(self, key: str) -> tuple[str, ...]:
        """The runs of a selection.

        Raises:
            KeyError: If the key was never posted to this server, or too long ago.
        """
        with self._lock:
            if key not in self._runs_by_key:
                raise KeyError(f"No selection is known as {key!r}. Post the runs to data/selections again.")
            self._runs_by_key.move_to_end(key)
            return self._runs_by_key[key]


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
