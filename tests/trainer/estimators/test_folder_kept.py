"""What is refused leaves the run in model_dir as it was, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer import Estimator, RunConfig, heads, layers

X = np.arange(12.0).reshape(6, 2)
Y = np.array(["low", "mid", "top"] * 2)
HEAD = heads.MultiClassHead(3, ("low", "mid", "top"))


def make(folder: Path, network: Any = None, head: Any = HEAD, **config: Any) -> Estimator:
    return Estimator(network or layers.Dense(3), head=head, model_dir=folder, config=RunConfig(**config))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 3 steps."""
    path = tmp_path_factory.mktemp("logs") / "run"
    make(path).fit(X, Y, steps=3)
    return path


CASES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "unknown label": (
        lambda path: make(path).fit(X, ["low", "mid", "bottom"] * 2),
        r"labels must be among the 3 classes 'low', 'mid', 'top'; got 'bottom' in row 2\.",
    ),
    "unknown label in a batch": (
        lambda path: make(path).fit([(X, np.array(["none"] * 6))]),
        r"labels must be among the 3 classes .*; got 'none' in row 0\.",
    ),
    "label of another kind": (
        lambda path: make(path).fit(X, np.arange(6) / 2),
        r"labels must be among the 3 classes .*; got 0\.0 in row 0\.",
    ),
    "words for numbers": (
        lambda path: make(path, layers.Dense(1), heads.RegressionHead()).fit(X, Y),
        r"labels must be numbers; got <U3 values\.",
    ),
    "several labels for one": (
        lambda path: make(path).fit(X, np.ones((6, 3))),
        r"labels must have the shape \(n,\); got \(6, 3\)\.",
    ),
    "negative counts": (
        lambda path: make(path, layers.Dense(1), heads.PoissonHead()).fit(X, -np.ones(6)),
        r"labels must be at least 0; got \[-1\.0\] in row 0\.",
    ),
    "another network": (
        lambda path: make(path, layers.Sequential([layers.Dense(4), layers.Dense(3)])).fit(X, Y),
        r"model\.network\..* must be what the run in '.*' was started with, .*; got .*Use another model_dir",
    ),
    "another head": (
        lambda path: make(path, head=heads.MultiClassHead(3, ("low", "mid", "top"), label_smoothing=0.1)).fit(X, Y),
        r"model\.head\.label_smoothing must be what the run in '.*' was started with, 0\.0; got 0\.1\.",
    ),
    "other features": (
        lambda path: make(path).fit(np.ones((6, 3)), Y),
        r"features must be what the run in '.*' was started with, '\(2,\)'; got '\(3,\)'\.",
    ),
    "misspelt config key": (
        lambda path: make(path, bach_size=3).fit(X, Y),
        r"fields of RunConfig must be .*; got 'bach_size'\. Perhaps batch_size was meant\.",
    ),
    "misspelt parameter": (
        lambda path: make(path).set_params(learning_rat=3).fit(X, Y),
        r"params must be among .*; got 'learning_rat'\. Perhaps 'learning_rate' was meant\.",
    ),
    "unknown label to validate": (
        lambda path: make(path).fit(X, Y, steps=9, validation_data=(X, Y[::-1] + "er")),
        r"labels must be among the 3 classes .*; got 'toper' in row 0\.",
    ),
    "no weights to begin with": (
        lambda path: make(path).fit(X, Y, sample_weight=np.zeros(6)),
        r"sample_weight must have an entry above 0",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_training_changes_no_byte_of_the_run(folder: Path, name: str) -> None:
    call, message = CASES[name]
    before = content(folder)

    with pytest.raises((ValueError, TypeError), match=message):
        call(folder)

    assert content(folder) == before


def test_refused_evaluation_and_export_change_no_byte(folder: Path) -> None:
    estimator = make(folder).fit(X, Y, steps=3)
    before = content(folder)

    with pytest.raises(ValueError, match=r"got 'none' in row 0\."):
        estimator.evaluate(X, ["none"] * 6)
    with pytest.raises(ValueError, match=r"folder must be new, empty or an export"):
        estimator.export(folder)

    assert content(folder) == before
