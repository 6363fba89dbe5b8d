"""One line of the benchmark table, and how its figures are taken."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Ours beside a peer, measured in the same run on the same input. Smaller is better.

    Attributes:
        what: What was done.
        unit: Of `ours` and `theirs`.
        ours: Our figure.
        peer: Whose figure stands beside it.
        theirs: Their figure.
        goal: How many times smaller ours should be; 0 where the figures only stand side by side.
    """

    what: str
    unit: str
    ours: float
    peer: str
    theirs: float
    goal: float

    @property
    def ratio(self) -> float:
        """How many times smaller ours is; infinite where ours is nothing."""
        return self.theirs / self.ours if self.ours else math.inf

    def to_markdown(self) -> str:
        """The row of the table."""
        verdict = f"≥ {self.goal:.3g}× {'✓' if self.ratio >= self.goal else '✗'}" if self.goal else "none"
        return (
            f"| {self.what} | {_show(self.ours)} {self.unit} | {_show(self.theirs)} {self.unit} ({self.peer}) | "
            f"{self.ratio:.3g}× | {verdict} |"
        )


def _show(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.3g}"


def least_secs(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> tuple[float, float]:
    """The least time of several runs of each, taken in turns so that both meet the same neighbours."""
    times: tuple[list[float], list[float]] = [], []
    for _ in range(repeats):
        for call, taken in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return min(times[0]), min(times[1])
