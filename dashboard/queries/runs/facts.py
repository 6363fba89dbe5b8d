"""Which facts a run has, and what they are called in a query.

| name | what it is |
|---|---|
| `name` · `title` | the run's folder below the logdir · the name that the program or people gave it |
| `status` | running, finished, failed, interrupted or stalled |
| `tags` · `notes` · `group` | what the program or people said of the run |
| `pinned` · `hidden` · `archived` | whether people did so |
| `started` · `updated` | times of the first and of the last point |
| `age` · `duration` | time since the last point · from the first to the last point |
| `points` · `problems` | number of scalars · of damaged places in its files |
| `kinds` | list of the kinds of summary that it holds, as `images` |
| `env.host`, `env.command`, … | what the run ran on, as far as it was logged |
| `env.packages.jax`, … | the version of a package that was installed |
| `optimizer.lr`, … | a hyperparameter or a member of the config, by its name |
| `val/loss`, `val/loss.last`, `.min`, `.max`, `.mean`, `.best`, `.best_step` | a scalar: its last value, or this |

Where one name means several, the first of this table counts; `hparams.NAME` and `metrics.TAG` mean the others. Counted
are finite values of points that no restart replaced; `last` may be NaN. `best` is the smallest or largest value, as
the run declares; without a declaration there is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from dashboard.sidecar import RunNotes
from dashboard.store.protocol import RunFacts
from summaries import Facts

Source = Literal["run", "env", "hparams"]
Measure = Literal["last", "min", "max", "mean", "best", "best_step"]
Unit = Literal["", "status", "time", "span"]

MEASURES: tuple[Measure, ...] = ("last", "min", "max", "mean", "best", "best_step")
STATES = ("running", "finished", "failed", "interrupted", "stalled")

UNITS: Mapping[str, Unit] = {
    "name": "", "title": "", "status": "status", "tags": "", "notes": "", "group": "", "started": "time",
    "updated": "time", "age": "span", "duration": "span", "points": "", "problems": "", "kinds": "", "pinned": "",
    "hidden": "", "archived": "",
}  # fmt: skip
"""The facts that runs have by themselves, and how their values are written."""

TOLD = frozenset({"title", "notes", "tags", "pinned", "hidden", "archived"})
"""Those that people may change."""

_ENVIRONMENT = ("host", "command", "folder", "pid", "platform", "python", "num_cpus", "git_commit", "git_branch")


class Fact(NamedTuple):
    """A fact that runs may have, other than a metric.

    Attributes:
        source: Where it comes from.
        name: Its name there.
    """

    source: Source
    name: str

    @property
    def unit(self) -> Unit:
        """How its values are written."""
        return UNITS[self.name] if self.source == "run" else ""

    @property
    def is_package(self) -> bool:
        """Whether it is the version of a package."""
        return self.source == "env" and self.name.startswith("packages.")

    @property
    def title(self) -> str:
        """Its name in a query, where no other fact has the same."""
        return f"env.{self.name}" if self.source == "env" else self.name


@lru_cache(maxsize=1 << 16)
def _make_hparam(name: str) -> Fact:
    """The same object for all runs: there are millions of hyperparameters in 10,000 of them."""
    return Fact("hparams", name)


@lru_cache(maxsize=1 << 8)
def _make_hparams(names: tuple[str, ...]) -> tuple[Fact, ...]:
    """The hyperparameters of these names: runs of one program have the same."""
    return tuple(map(_make_hparam, names))


@dataclass(frozen=True)
class Metric:
    """What is counted of a scalar tag.

    Attributes:
        tag: The tag.
        measure: Which number.
    """

    tag: str
    measure: Measure = "last"

    @property
    def unit(self) -> Unit:
        """How its values are written: as numbers."""
        return ""

    @property
    def title(self) -> str:
        """Its name in a query."""
        return f"{self.tag}.{self.measure}"


AnyFact = Fact | Metric


def iter_said(facts: Facts) -> Iterator[tuple[Fact, Any]]:
    """What a run says of itself but for its status and what people may change."""
    if facts.info.group is not None:
        yield Fact("run", "group"), facts.info.group
    if facts.environment is not None:
        for name in _ENVIRONMENT:
            value = getattr(facts.environment, name)
            if value:
                yield Fact("env", name), " ".join(value) if name == "command" else value
    yield from zip(_make_hparams(tuple(facts.hparams)), facts.hparams.values(), strict=True)


def iter_told(facts: Facts, added: RunNotes) -> Iterator[tuple[Fact, Any]]:
    """What people may change; their tags stand beside those of the program, the rest in place of its word."""
    title, notes = added.name or facts.info.name, added.notes or facts.info.notes
    if title:
        yield Fact("run", "title"), title
    if notes:
        yield Fact("run", "notes"), notes
    yield Fact("run", "pinned"), added.is_pinned
    yield Fact("run", "hidden"), added.is_hidden
    yield Fact("run", "archived"), added.is_archived
    tags = dict.fromkeys([*(facts.info.tags or ()), *added.tags])
    if tags:
        yield Fact("run", "tags"), list(tags)


def iter_measured(run: RunFacts) -> Iterator[tuple[Fact, Any]]:
    """What is known of every run from its files; times are seconds."""
    yield Fact("run", "points"), run.num_points
    yield Fact("run", "problems"), sum(len(health.problems) for health in run.files)
    yield Fact("run", "kinds"), sorted(run.kinds)
    if not math.isnan(run.first_wall_time):
        yield Fact("run", "started"), run.first_wall_time
        yield Fact("run", "updated"), run.last_wall_time
        yield Fact("run", "duration"), run.last_wall_time - run.first_wall_time
