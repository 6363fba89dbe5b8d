"""Finding nodes and scopes by a part of their path or op, or by a regular expression between slashes."""

from __future__ import annotations

from collections.abc import Callable

import re2

from dashboard.graph.answers import Answer
from dashboard.graph.hierarchy import Hierarchy, Item
from dashboard.graph.modules import display_name

MAX_HITS = 50
MAX_QUERY = 200


def search_answer(hierarchy: Hierarchy, query: str) -> Answer:
    """The items that match, best first: by name, then by path, scopes before nodes.

    Raises:
        ValueError: If a regular expression cannot be read or is too long.
    """
    matches = _make_matcher(query)
    hits: list[tuple[tuple[int, bool, int], int]] = []
    for index, item in enumerate(hierarchy.items[1:], start=1):
        op = hierarchy.graph.nodes[item.node].op if item.node >= 0 else ""
        merit = 0 if matches(item.name) else 1 if matches(item.id) else 2 if op and matches(op) else 3
        if merit < 3:
            hits.append(((merit, item.node >= 0, item.depth), index))
    hits.sort()
    return {"total": len(hits), "hits": [_hit(hierarchy, index) for _, index in hits[:MAX_HITS]]}


def _make_matcher(query: str) -> Callable[[str], bool]:
    text = query.strip()
    if len(text) > MAX_QUERY:
        raise ValueError(f"q must have at most {MAX_QUERY} characters; got {len(text)}.")
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        options = re2.Options()
        options.case_sensitive = options.log_errors = False
        try:
            regex = re2.compile(text[1:-1], options)
        except re2.error as error:
            reason = error.args[0].decode(errors="replace")
            raise ValueError(f"q must be a regular expression between slashes; got {text!r} ({reason}).") from error
        return lambda name: regex.search(name) is not None
    lowered = text.lower()
    return lambda name: lowered in name.lower()


def _hit(hierarchy: Hierarchy, index: int) -> Answer:
    item: Item = hierarchy.items[index]
    return {
        "id": item.id,
        "name": display_name(hierarchy, index),
        "op": hierarchy.graph.nodes[item.node].op if item.node >= 0 else "",
        "scopes": [hierarchy.items[outer].id for outer in hierarchy.ancestors(index)],
    }
