"""Groups of runs are posted once and named by a short key afterwards, as selections are."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboard.api.parameters import Name
from dashboard.api.selections import MAX_BYTES, MAX_RUNS, SelectionKey
from dashboard.queries.runs.grouping import MAX_GROUPS
from dashboard.store.cache import ByteCache, weigh

_NAME_BYTES = 60  # what a name takes beside its letters
Groups = tuple[tuple[str, ...], ...]


class Groupings:
    """The posted groupings, the latest `MAX_BYTES` of them. Safe to use from any thread.

    >>> groupings = Groupings()
    >>> groupings[groupings.add([["a", "b"], ["c"]])]
    (('a', 'b'), ('c',))
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._groups_by_key = ByteCache(max_bytes)

    def add(self, groups: Iterable[Iterable[str]]) -> str:
        """Keeps groups and returns their key, which is the same for the same groups in the same order."""
        kept: Groups = tuple(map(tuple, groups))
        key = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16]
        if self._groups_by_key.find(key) is None:
            num_names = sum(map(len, kept)) + len(kept)
            self._groups_by_key.put(key, None, kept, weigh(kept) + _NAME_BYTES * num_names)
        return key

    def __getitem__(self, key: str) -> Groups:
        """The runs of each group.

        Raises:
            KeyError: If the key was never posted to this server, or too long ago.
        """
        groups: Groups | None = self._groups_by_key.find(key)
        if groups is None:
            raise KeyError(f"No grouping is known as {key!r}. Post the groups to data/groupings again.")
        return groups


class GroupingBody(BaseModel):
    """The runs of each group, in the order in which answers shall number the groups."""

    groups: list[Annotated[list[Name], Field(max_length=MAX_RUNS)]] = Field(
        max_length=MAX_GROUPS, examples=[[["seed_0", "seed_1"], ["wide/seed_0", "wide/seed_1"]]]
    )


def make_router(groupings: Groupings) -> APIRouter:
    """Makes the route that posts groups."""
    router = APIRouter(tags=["runs"])

    @router.post("/data/groupings")
    def post_grouping(body: GroupingBody) -> SelectionKey:
        """Keeps groups of runs, at most 20,000 runs in all; data/aggregates takes their key as `grouping`."""
        return SelectionKey(key=groupings.add(itertools.islice(group, MAX_RUNS) for group in body.groups))

    return router
