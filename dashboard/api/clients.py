"""Work for a client ends when the client goes away: a browser drops requests whenever its view changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Annotated, TypeVar

from fastapi import Depends, Request

_Item = TypeVar("_Item")


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


class Client:
    """Whoever waits for an answer. Safe to use from any thread."""

    def __init__(self) -> None:
        self._gone = threading.Event()

    def note_gone(self) -> None:
        """Says that nobody waits any more."""
        self._gone.set()

    def while_there(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items, one by one, as long as somebody waits.

        Raises:
            ClientGoneError: After the item in whose making the client went away.
        """
        for item in items:
            self.check()
            yield item

    def check(self) -> None:
        """Does nothing as long as somebody waits; for between two steps of long work.

        Raises:
            ClientGoneError: If nobody does.
        """
        if self._gone.is_set():
            raise ClientGoneError


async def watch(request: Request, client: Annotated[Client, Depends(Client)]) -> AsyncIterator[Client]:
    """Has a client know when it goes away, until it is answered."""
    watcher = asyncio.create_task(_note_end(request, client))
    try:
        yield client
    finally:
        watcher.cancel()


async def _note_end(request: Request, client: Client) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    client.note_gone()


ClientParameter = Annotated[Client, Depends(watch)]
"""The client of a request, watched until it is answered."""
