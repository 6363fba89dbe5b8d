"""``data/tags``: the tags of a kind, and the runs that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.answers import JSON_TYPE, answer, encode_json
from dashboard.api.description import shows
from dashboard.api.parameters import KindParameter, ListSinceParameter
from dashboard.store.cache import ByteCache
from dashboard.store.protocol import FirstLook, LogStore

MAX_BYTES = 64 << 20
"""How much is kept of lists that were made."""

EXAMPLE = {
    "server": "9f2c61d0",
    "version": 5120,
    "since": 0,
    "runs": ["sweep/lr_0.1", "baseline"],
    "tags": {"train/acc": [0], "train/loss": [0, 1]},
}


def make_router(store: LogStore, progress: FirstLook, server: str) -> APIRouter:
    """Makes the route that lists tags; `server` is part of each ETag."""
    router = APIRouter(tags=["runs"])
    lately = ByteCache(MAX_BYTES)

    @router.get("/data/tags", responses=shows(EXAMPLE))
    def get_tags(request: Request, kind: KindParameter, since: ListSinceParameter = 0) -> Response:
        """Tags of a kind; each with the runs that have it, as indices into `runs`.

        With `since`, `runs` are those that got or lost a tag of any kind since, and each has the tags that are listed
        for it and no others; runs that are gone are told by `data/runs`.
        """
        if not since:
            progress.wait_until_read()
        version = store.tags_version()
        known = since if since <= version else 0

        def make() -> Response:
            content: bytes | None = lately.find((kind, known), version)
            if content is None:
                names = [run.name for run in store.runs() if run.tags_version > known]
                tags = index_runs(names, store.tags(kind, known))
                listed = {"server": server, "version": version, "since": known, "runs": names, "tags": tags}
                content = encode_json(listed)
                lately.put((kind, known), version, content, len(content))
            return Response(content, media_type=JSON_TYPE)

        return answer(request, (server, version), make)

    return router


def index_runs(names: Sequence[str], tags: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """The runs of each tag as rising indices into `names`; leaves out what is not among these."""
    index = {name: i for i, name in enumerate(names)}
    by_runs: dict[Sequence[str], list[int]] = {}  # runs of one program have the same tags
    for runs in tags.values():
        if runs not in by_runs:
            by_runs[runs] = sorted(index[run] for run in runs if run in index)
    return {tag: by_runs[runs] for tag, runs in tags.items()}
