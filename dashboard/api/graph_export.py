"""The route that gives a run's graph as a file: ``.pbtxt`` to read, ``.pb`` for other tools."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from dashboard.api.answers import answer, reading_logged
from dashboard.api.clients import ClientParameter
from dashboard.api.description import MEDIA_TYPES, shows
from dashboard.api.graph_sources import GraphCache, GraphNameParameter

FormatParameter = Annotated[Literal["pbtxt", "pb"], Query(description="As text, or as bytes.", examples=["pbtxt"])]
_TYPE_BY_FORMAT = {"pbtxt": MEDIA_TYPES["text"], "pb": MEDIA_TYPES["protobuf"]}


def make_router(graphs: GraphCache, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["graph"])

    @router.get(
        "/data/graph/file",
        responses=shows(None, text='node { name: "x" op: "Placeholder" }', protobuf="…"),
        response_class=Response,
    )
    def get_file(
        request: Request, client: ClientParameter, named: GraphNameParameter, format: FormatParameter = "pbtxt"
    ) -> Response:
        """The whole graph that a run logged, as a GraphDef."""

        def write() -> Response:
            from google.protobuf import text_format

            definition = graphs.get(key, client).graph.logged
            content = text_format.MessageToString(definition) if format == "pbtxt" else definition.SerializeToString()
            headers = {"content-disposition": "attachment"}  # a link that saves it says what the file is called
            return Response(content, media_type=_TYPE_BY_FORMAT[format], headers=headers)

        with reading_logged():
            key = graphs.find_key(named.run, named.graph)
            return answer(request, (server, key.place), write)

    return router
