"""Writes the table of the comparison with Keras into docs/layers.md: ``python -m tests.trainer.layers.keras_table``."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

from tests.trainer.layers.keras_comparison import ALL_CASES, Differences, compare

PAGE = Path(__file__).parents[3] / "docs" / "layers.md"
BEGIN, END = "<!-- keras: begin -->\n", "<!-- keras: end -->\n"
HEAD = "| layer | comparisons | outputs | state | gradients |\n|---|--:|--:|--:|--:|\n"


def counted() -> dict[str, int]:
    """How many comparisons there are of each layer: its cases, in each mode that differs."""
    counts: dict[str, int] = defaultdict(int)
    for case in ALL_CASES:
        counts[type(case.ours).__name__] += 1 + case.trains
    return dict(sorted(counts.items()))


def measure() -> dict[str, Differences]:
    """The worst differences of each layer."""
    worst: dict[str, Differences] = {}
    for case in ALL_CASES:
        name = type(case.ours).__name__
        for training in (False, True) if case.trains else (False,):
            found = compare(case, training)
            before = worst.get(name, found)
            worst[name] = Differences(*(max(pair) for pair in zip(found, before, strict=True)))
    return worst


def to_table(worst: dict[str, Differences]) -> str:
    """The table in Markdown."""
    rows = []
    for name, count in counted().items():
        shown = " | ".join("0" if value == 0 else f"{value:.0e}" for value in worst[name])
        rows.append(f"| `{name}` | {count} | {shown} |\n")
    return HEAD + "".join(rows)


def counts_on(text: str) -> dict[str, int]:
    """What the page says of the comparisons of each layer."""
    table = text[text.index(BEGIN) : text.index(END)]
    return {name: int(count) for name, count in re.findall(r"^\| `(\w+)` \| (\d+) \|", table, re.MULTILINE)}


def main() -> None:
    """Compares, and puts the table in the place of the one on the page."""
    text = PAGE.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    PAGE.write_text(text[:begin] + to_table(measure()) + text[end:])


if __name__ == "__main__":
    main()
