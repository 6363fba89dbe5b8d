"""The parts of a scope that are not connected with each other."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from dashboard.graph.elements import Scene, drop_elements, fold_elements

MAX_LOOSE = 12


def fold_loose(scene: Scene, kept: Collection[int] = ()) -> Scene:
    """Folds what has no wires when there is much of it, but for the items of `kept`."""
    wired = {index for wire in scene.wires for index in (wire.source, wire.target)}
    loose = [i for i, element in enumerate(scene.elements) if i not in wired and element.kind != "group"]
    if len(loose) <= MAX_LOOSE:
        return scene
    ordered = sorted(loose, key=lambda index: scene.elements[index].item not in kept)
    return fold_elements(scene, ordered[MAX_LOOSE - 2 :])


def split_scene(scene: Scene) -> tuple[Scene, list[Scene]]:
    """The connected part to draw in the middle (with entry or exit, else the largest), and the others."""
    root = list(range(len(scene.elements)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    borders = [i for i, element in enumerate(scene.elements) if element.kind in ("entry", "exit")]
    joined = [(wire.source, wire.target) for wire in scene.wires] + list(pairwise(borders))
    for one, other in joined:
        root[find(one)] = find(other)
    held: dict[int, list[int]] = {}
    for index in range(len(scene.elements)):
        held.setdefault(find(index), []).append(index)

    def merit(members: list[int]) -> tuple[int, int, int]:
        num_borders = sum(scene.elements[i].kind in ("entry", "exit") for i in members)
        return num_borders, len(members), -members[0]

    groups = sorted(held.values(), key=merit, reverse=True)
    parts = [drop_elements(scene, set(range(len(scene.elements))) - set(members)) for members in groups]
    return parts[0], sorted(parts[1:], key=lambda part: -len(part.elements))
