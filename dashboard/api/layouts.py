"""``data/layouts``: charts that programs laid out by ``add_custom_scalars``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.api.answers import answer, json_answer, looking_up
from dashboard.api.clients import ClientParameter
from dashboard.api.description import shows
from dashboard.api.parameters import SelectionParameter
from dashboard.api.selections import Selections
from dashboard.queries.layouts import layout_to_json, merge_layouts
from dashboard.store.protocol import LogStore, RunFacts
from summaries.kinds.custom_scalars import CUSTOM_SCALARS, LayoutDict, decode_layout

EXAMPLE = {
    "version": 5312,
    "categories": [
        {
            "title": "losses",
            "charts": [
                {
                    "title": "train and val",
                    "kind": "multiline",
                    "tags": ["train/loss", "val/loss"],
                    "lines": [],
                    "patterns": [".*/loss"],
                    "runs": [0],
                },
                {
                    "title": "loss with its band",
                    "kind": "margin",
                    "tags": ["loss/mean"],
                    "lines": [{"value": "loss/mean", "lower": "loss/low", "upper": "loss/high"}],
                    "patterns": [],
                    "runs": [0],
                },
            ],
        }
    ],
}


def make_router(store: LogStore, selections: Selections, server: str) -> APIRouter:
    """Makes the route; `server` is part of each ETag."""
    router = APIRouter(tags=["series"])

    @router.get("/data/layouts", responses=shows(EXAMPLE))
    def get_layouts(request: Request, client: ClientParameter, selection: SelectionParameter) -> Response:
        """The charts that runs of a selection laid out, those of the same title as one.

        `runs` are those that logged a chart, and count in the order of the selection. `tags` are those of its lines
        that the selected runs have. What of a layout cannot be read is left out; data/health tells of damaged files.
        """
        with looking_up():
            names = selections[selection]
        version, found = store.version(), store.find_runs(names)
        numbers = {name: number for number, name in enumerate(names)}

        def make() -> Response:
            selected = set(names)
            tags = sorted(tag for tag, runs in store.tags("scalars").items() if not selected.isdisjoint(runs))
            layouts = client.while_there(
                (numbers[run.name], layout) for run in found for layout in _iter_layouts(store, run)
            )
            return json_answer({"version": version, "categories": layout_to_json(merge_layouts(layouts, tags))})

        return answer(request, (server, max((run.version for run in found), default=0), len(found)), make)

    return router


def _iter_layouts(store: LogStore, run: RunFacts) -> Iterator[LayoutDict]:
    """The last layout under each tag of a run; none where it cannot be read."""
    if CUSTOM_SCALARS.name not in run.kinds:
        return
    for tag in _tags_of(store, run.name):
        try:
            last = len(store.blobs(run.name, tag, CUSTOM_SCALARS.name)) - 1
            yield decode_layout(store.blob(run.name, tag, CUSTOM_SCALARS.name, last))
        except (KeyError, OSError, EOFError, ValueError):
            continue


def _tags_of(store: LogStore, run: str) -> Sequence[str]:
    return [tag for tag, runs in store.tags(CUSTOM_SCALARS.name).items() if run in runs]
