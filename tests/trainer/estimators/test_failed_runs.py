"""What a run says of itself when its training could not end well, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summaries import load
from trainer import DNNClassifier, RunConfig
from trainer.checkpoints import saved_step

Batches = Iterator[tuple[np.ndarray, np.ndarray]]
X = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
Y = np.arange(8) % 2


def raising() -> Batches:
    for _ in range(20):
        yield X, Y
    raise OSError("disk gone")


def short() -> Batches:
    for _ in range(20):
        yield X, Y


def with_nan() -> Batches:
    yield from short()
    yield np.where(X[3, 1] == X, np.nan, X), Y


def of_another_shape() -> Batches:
    yield from short()
    yield X[:, :1], Y


def with_foreign_labels() -> Batches:
    yield from short()
    yield X, Y + 5


def of_another_type() -> Batches:
    yield from short()
    yield np.full((8, 2), "a"), Y


CASES: dict[str, tuple[Any, str]] = {
    "a generator that raises": (raising, r"disk gone"),
    "a generator that ends early": (short, r"input must give 50 batches for steps=50; it ended after 20\."),
    "NaN": (with_nan, r"features of batch 20 must be finite; got NaN in row 3, column 1\."),
    "another shape": (of_another_shape, r"batches must have the shapes of the first, .*; got .* in batch 20\."),
    "foreign labels": (with_foreign_labels, r"labels must be among the 2 classes 0, 1; got 5 in row 0"),
    "texts": (of_another_type, r"features of batch 20 must be numeric; got <U1 values\."),
}


@pytest.mark.parametrize("name", CASES)
def test_run_says_failed_and_why_and_goes_on_from_its_last_step(name: str, tmp_path: Path) -> None:
    batches, message = CASES[name]
    model = DNNClassifier([4], n_classes=2, model_dir=tmp_path)

    with pytest.raises((ValueError, OSError), match=message) as caught:
        model.fit(batches, steps=50)

    run = load(tmp_path).runs["."]
    assert run.facts.status.state == "failed"
    assert str(caught.value).splitlines()[0] in run.facts.status.reason
    assert "Traceback" in run.facts.status.traceback
    assert run.scalars["loss"].steps.tolist() == list(range(1, 21))
    assert saved_step(tmp_path) == 20
    again = DNNClassifier([4], n_classes=2, model_dir=tmp_path)
    assert again.fit([(X, Y)] * 50, steps=50).n_iter_ == 50
    np.testing.assert_array_equal(load(tmp_path).runs["."].scalars["loss"].steps, np.arange(1, 51))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"batchsize": 3}, r"fields of RunConfig must be seed, .*; got 'batchsize'\. Perhaps batch_size was meant\."),
        ({"x": 3}, r"got 'x'\. They stand in its docstring\."),
    ],
)
def test_misspelt_field_is_refused_with_the_one_that_was_meant(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        RunConfig(**fields)


def test_config_of_another_kind_is_refused() -> None:
    config: Any = {"batch_size": 3}

    with pytest.raises(TypeError, match=r"config must be a RunConfig; got {'batch_size': 3}\."):
        DNNClassifier([4], config=config).fit(X, Y)


@pytest.mark.parametrize("wrong", [{"hooks": [1]}, {"steps": 0}])
def test_wrong_argument_of_fit_leaves_the_fitted_model(wrong: dict[str, Any]) -> None:
    model = DNNClassifier([4]).fit(X, Y, steps=2)

    with pytest.raises((TypeError, ValueError)):
        model.fit(X, Y, **wrong)

    assert model.n_iter_ == 2
