from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer import DNNRegressor, RunConfig, hooks

Arrays = tuple[np.ndarray, np.ndarray]


class Clock:
    """A clock that is wound by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class At:
    """A loop's context at a step."""

    def __init__(self, step: int) -> None:
        self.step, self.last_step = step, 1000


def steps(first: int, count: int, loss: float, secs: float = 0.1) -> hooks.Steps:
    return hooks.Steps(first, count, {"loss": np.full(count, loss, np.float32)}, secs, None)


def test_bar_has_loss_rate_and_time_left_of_the_steps_without_the_compiler() -> None:
    stream, clock = io.StringIO(), Clock()
    hook = hooks.LoggingHook(bar=True, stream=stream, clock=clock)
    at: Any = At(0)

    hook.begin(at)
    clock.now += 30.0  # of the compiler
    clock.now += 2.0
    at.step = 500
    hook.after_chunk(at, steps(1, 500, 0.25, secs=2.0))

    assert stream.getvalue() == "\r████████████░░░░░░░░░░░░ step 500 of 1,000, loss 0.25, 250 steps/s, 2 s left\x1b[K"
    hook.end(at)
    assert stream.getvalue().endswith("\n")


def test_bar_is_drawn_at_most_ten_times_a_second() -> None:
    stream, clock = io.StringIO(), Clock()
    hook = hooks.LoggingHook(bar=True, stream=stream, clock=clock)
    at: Any = At(0)

    hook.begin(at)
    for number in range(20):
        clock.now += 0.0625
        hook.after_chunk(at, steps(1 + number, 1, 0.25))

    assert stream.getvalue().count("\r") == 10


def test_without_a_terminal_lines_go_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    hook = hooks.LoggingHook(stream=io.StringIO(), clock=clock)
    at: Any = At(0)

    with caplog.at_level(logging.INFO, logger="trainer"):
        hook.begin(at)
        clock.now += 4
        hook.after_chunk(at, steps(1, 40, 0.25, secs=4.0))
        clock.now += 8
        hook.after_chunk(at, steps(41, 80, 0.125))

    assert [record.message for record in caplog.records] == [
        "step 120 of 1,000, loss 0.125, 10 steps/s, 1 min 28 s left"
    ]


def test_fit_draws_a_bar_where_the_config_says_so(line: Arrays, capsys: pytest.CaptureFixture[str]) -> None:
    DNNRegressor([4], config=RunConfig(progress=True)).fit(*line, steps=30)

    assert "step 30 of 30, loss " in capsys.readouterr().err


def test_fit_is_silent_without_a_terminal(line: Arrays, capsys: pytest.CaptureFixture[str]) -> None:
    DNNRegressor([4]).fit(*line, steps=30)

    assert capsys.readouterr() == ("", "")


def test_profiler_writes_a_trace_of_the_steps_into_the_run(line: Arrays, tmp_path: Path) -> None:
    DNNRegressor([4], model_dir=tmp_path).fit(*line, steps=40, hooks=[hooks.ProfilerHook(first_step=10, num_steps=20)])

    traces = list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))
    assert len(traces) == 1
    assert traces[0].stat().st_size > 0


def test_profiler_that_traces_nothing_says_so(line: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    profiler = hooks.ProfilerHook(first_step=50, num_steps=10, folder=tmp_path)
    DNNRegressor([4]).fit(*line, steps=40, hooks=[profiler])

    assert [record.message for record in caplog.records] == [
        "Could not trace the steps after 50: this training went from step 0 to 40. Continuing without a trace. "
        "Pass another first_step to ProfilerHook."
    ]
    assert not list(tmp_path.iterdir())


def test_profiler_without_a_folder_is_refused(line: Arrays) -> None:
    with pytest.raises(ValueError, match=r"folder of ProfilerHook must be given without a model_dir"):
        DNNRegressor([4]).fit(*line, steps=40, hooks=[hooks.ProfilerHook()])


def test_profiler_that_would_begin_after_the_last_step_says_so(
    line: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    DNNRegressor([4]).fit(*line, steps=10, hooks=[hooks.ProfilerHook(first_step=10, folder=tmp_path)])

    assert [record.message for record in caplog.records] == [
        "Could not trace the steps after 10: this training went from step 0 to 10. Continuing without a trace. "
        "Pass another first_step to ProfilerHook."
    ]
    assert not list(tmp_path.iterdir())


def test_profiler_that_begins_where_the_data_end_says_so_and_leaves_no_empty_trace(
    line: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    profiler = hooks.ProfilerHook(first_step=3, num_steps=5)
    DNNRegressor([4], model_dir=tmp_path).fit([line] * 3, hooks=[profiler])

    assert [record.message for record in caplog.records] == [
        "Could not trace the steps after 3: this training went from step 0 to 3. Continuing without a trace. "
        "Pass another first_step to ProfilerHook."
    ]
    assert not list(tmp_path.glob("plugins/profile/*"))


def test_profiler_that_has_traced_is_silent_in_the_next_training(
    line: Arrays, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    profiler = hooks.ProfilerHook(first_step=2, num_steps=2, folder=tmp_path)
    DNNRegressor([4]).fit(*line, steps=6, hooks=[profiler]).partial_fit(*line, steps=3, hooks=[profiler])

    assert not caplog.records
    assert len(list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))) == 1
