"""How far a run is, by the number of steps that its configuration promises.

The first of these names counts that is a whole number above 0, wherever in the configuration it stands: `max_steps`,
`total_steps`, `train_steps`, `num_train_steps`, `num_steps`, `max_iters`, `num_iterations`, `steps`. A number that the
run has passed was no promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.store.series_tally import RunTallies

_NAMES = (
    "max_steps", "total_steps", "train_steps", "num_train_steps", "num_steps", "max_iters", "num_iterations", "steps",
)  # fmt: skip
_NO_STEPS_OF_TRAINING = "system/"  # their steps are seconds


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        first_step: The first step that it logged.
        step: The last one.
        total: How many there will be.
    """

    first_step: int
    step: int
    total: int


def find_progress(hparams: Mapping[str, Any], counted: RunTallies) -> Progress | None:
    """How far a run is; None if nobody knows.

    Args:
        hparams: Of the run, the names of nested ones with dots between.
        counted: What is counted of its scalars.
    """
    total = find_total(hparams)
    is_of_training = np.array([not tag.startswith(_NO_STEPS_OF_TRAINING) for tag in counted.tags], dtype=bool)
    is_there = is_of_training & (counted.tallies.num_points > 0)
    if total is None or not is_there.any():
        return None
    first, last = int(counted.tallies.first_steps[is_there].min()), int(counted.tallies.last_steps[is_there].max())
    return Progress(first, last, total) if first <= last <= total else None


def find_total(hparams: Mapping[str, Any]) -> int | None:
    """How many steps a configuration promises.

    >>> find_total({"optimizer.lr": 0.1, "steps": 10, "train.max_steps": 2_000})
    2000
    """
    by_name: dict[str, int] = {}
    for path, value in sorted(hparams.items(), key=lambda one: one[0].count(".")):
        is_whole = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**53
        if is_whole and value == int(value):
            by_name.setdefault(path.rpartition(".")[2], int(value))
    return next((by_name[name] for name in _NAMES if name in by_name), None)
