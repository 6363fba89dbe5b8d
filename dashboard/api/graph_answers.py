"""Answers about logged graphs: what is made from them, for whoever does not have it yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from fastapi import Request, Response

from dashboard.api.answers import answer, json_answer, reading_logged
from dashboard.api.clients import Client
from dashboard.api.graph_sources import UPLOAD, GraphCache, GraphKey, GraphName

if TYPE_CHECKING:
    from dashboard.graph.answers import Answer

Made = TypeVar("Made")


class GraphAnswers(Generic[Made]):
    """Answers from what is made from the graphs that a request names; equal requests get an ETag."""

    def __init__(self, graphs: GraphCache, server: str, get: Callable[..., Made]) -> None:
        """Over the graphs of a store.

        Args:
            graphs: The graphs.
            server: Part of each ETag.
            get: `get(*keys, client)` makes what is answered from: of the graph to compare with, if there is one, and of
                the graph that is shown.
        """
        self._graphs, self._server, self._get = graphs, server, get

    def answer(
        self,
        request: Request,
        client: Client,
        name: GraphName,
        make: Callable[[Made], Answer],
        base: str | None = None,
    ) -> Response:
        """What `make` says.

        Args:
            request: The request.
            client: Who asked.
            name: The graph that is shown.
            make: Makes the content of the answer.
            base: The run to compare with, or an uploaded graph.

        Raises:
            HTTPException: 404 without such a run, graph or node, 422 for what makes no sense, 503 for a lost file.
        """

        def draw() -> Response:
            made = self._get(*keys, client)
            client.check()
            return _graph_answer(make(made))

        with reading_logged():
            keys = [*([] if base is None else [self._find_base(base)]), self._graphs.find_key(name.run, name.graph)]
            stamp = self._server, *(key.place for key in keys), self._graphs.count_graphs(name.run)
            return answer(request, stamp, draw)

    def _find_base(self, base: str) -> GraphKey:
        return self._graphs.find_key("", base) if base.startswith(f"{UPLOAD}:") else self._graphs.find_key(base)


def _graph_answer(content: Answer) -> Response:
    """An answer about a graph; a drawing that took too long is made again when it is asked for again."""
    response = json_answer(content)
    if content.get("is_coarse"):
        response.headers["cache-control"] = "no-store"
    return response
