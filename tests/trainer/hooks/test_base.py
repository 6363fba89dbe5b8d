"""What is no hook, and hooks that would never come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from trainer import BoostedTreesRegressor, DNNRegressor, hooks

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (hooks.StopAtStepHook(2), r"hooks must be a list of hooks; got <.*StopAtStepHook.*>\. Pass hooks=\[…\]\."),
        ([hooks.NanGuardHook], r"must be instances of hooks\.Hook; got <class .*>\. Make one: NanGuardHook\(…\)\."),
        ([print], r"must be instances of hooks\.Hook; got <built-in function print>\. Derive it from hooks\.Hook\."),
    ],
)
def test_what_is_no_hook_is_refused_before_a_file_is_written(
    line: Arrays, tmp_path: Path, given: Any, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        DNNRegressor([4], model_dir=tmp_path / "run").fit(*line, steps=3, hooks=given)

    assert not (tmp_path / "run").exists()


def test_evaluation_hook_without_validation_data_is_refused(line: Arrays) -> None:
    with pytest.raises(
        ValueError, match=r"got None\. Pass validation_data=\(X, y\) to fit, or use train_and_evaluate\."
    ):
        DNNRegressor([4]).train(line, hooks=[hooks.EvaluationHook(10)])


class At(hooks.Hook):
    """Due at what it is told, whatever the step."""

    def __init__(self, due: Any) -> None:
        self._due = due

    def next_step(self, step: int) -> Any:
        return self._due


@pytest.mark.parametrize("due", [0, -1, 1.0, "5"])
@pytest.mark.parametrize("model", [DNNRegressor([4]), BoostedTreesRegressor(steps=2)], ids=["network", "trees"])
def test_hook_that_is_due_in_the_past_or_never_is_refused(line: Arrays, model: Any, due: Any) -> None:
    with pytest.raises(ValueError, match=rf"next_step\(0\) of At must return an integer above 0, or None; got {due!r}"):
        model.fit(*line, steps=3, hooks=[At(due)])


@pytest.mark.parametrize("number", [np.int64, np.array, jnp.int32])
def test_due_step_may_be_a_number_of_numpy_or_jax(line: Arrays, number: Any) -> None:
    class Numbered(hooks.StopAtStepHook):
        def next_step(self, step: int) -> Any:
            return number(step + 2)

    assert DNNRegressor([4]).fit(*line, steps=9, hooks=[Numbered(1)]).n_iter_ == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hooks.EvaluationHook(0), r"interval must be a positive integer; got 0\."),
        (lambda: hooks.SummaryHook(1.5), r"interval must be a positive integer; got 1\.5\."),  # type: ignore[arg-type]
        (lambda: hooks.EarlyStoppingHook(min_delta=-1.0), r"min_delta must be at least 0; got -1\.0\."),
        (
            lambda: hooks.StopHook(True, interval=2),  # type: ignore[arg-type]
            r"condition of StopHook must be a function of the context; got True\.",
        ),
    ],
)
def test_settings_of_a_hook_that_cannot_be_are_refused_at_once(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize("hook", [hooks.SummaryHook(2), hooks.GraphHook()], ids=lambda hook: type(hook).__name__)
def test_hook_that_writes_is_refused_without_a_run(line: Arrays, hook: hooks.Hook) -> None:
    with pytest.raises(ValueError, match=rf"model_dir must be given with a {type(hook).__name__}; got None\."):
        DNNRegressor([4]).fit(*line, steps=3, hooks=[hook])
