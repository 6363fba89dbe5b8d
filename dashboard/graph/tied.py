"""Tied weights: modules that read a parameter of another one, as an output layer that reads the embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.graph.hierarchy import Hierarchy


def find_owners(hierarchy: Hierarchy) -> dict[int, int]:
    """Modules that read a parameter of another module, and whose it is."""
    owners: dict[int, int] = {}
    for link in hierarchy.links:
        owner = hierarchy.items[hierarchy.item_by_node[link.source]].parent
        if owner <= 0 or not hierarchy.graph.nodes[link.source].params:
            continue
        reader = hierarchy.item_by_node[link.target]
        scopes = hierarchy.ancestors(reader)
        if owner not in scopes:
            around = {owner, *hierarchy.ancestors(owner)}
            owners.update((scope, owner) for scope in scopes if scope not in around)
    return owners
