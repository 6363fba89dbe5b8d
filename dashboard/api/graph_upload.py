"""The route that takes a file with a graph, so that the Graph page shows it as it shows those of runs."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from dashboard.api.graph_sources import GraphCache

_UPLOAD_BODY = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class UploadedGraph(BaseModel):
    """What an uploaded graph is called.

    Attributes:
        graph: To pass as `graph` to the other routes.
    """

    graph: str


def make_router(cache: GraphCache) -> APIRouter:
    """Makes the route over the uploaded graphs of one board."""
    router = APIRouter(tags=["graph"])

    @router.post("/data/graph/upload", openapi_extra=_UPLOAD_BODY)
    async def post_graph(request: Request) -> UploadedGraph:
        """Keeps a GraphDef, binary or as text, for as long as the server runs and few others come.

        The other routes take its id as `graph`; whoever may see the board and knows the id may see it.
        """
        content = await request.body()
        try:
            return UploadedGraph(graph=(await run_in_threadpool(cache.add_upload, content)).id)
        except ValueError as error:
            raise HTTPException(status_code=422, detail=str(error)) from error

    return router
