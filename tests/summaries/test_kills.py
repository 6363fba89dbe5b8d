"""What `flush` promises, held against kill -9."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.kills import run_trial


@pytest.mark.parametrize("num_trials", [40, pytest.param(600, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning", "ignore:os.fork:RuntimeWarning")
def test_what_was_flushed_survives_kill_9(tmp_path: Path, num_trials: int):
    trials = [run_trial(tmp_path / str(seed), seed) for seed in range(num_trials)]

    assert [seed for seed, trial in enumerate(trials) if not trial.is_sound] == []
    assert sum(trial.num_promised for trial in trials) > 50 * num_trials
