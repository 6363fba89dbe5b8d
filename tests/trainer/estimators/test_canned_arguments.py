"""Arguments of the canned estimators: which forms they take, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summaries.load import load
from trainer import DNNClassifier, DNNLinearCombinedClassifier, Estimator, LinearClassifier
from trainer import feature_columns as fc

Arrays = tuple[np.ndarray, np.ndarray]


def test_a_vocabulary_may_be_an_array(blobs: Arrays) -> None:
    words = np.array(["b", "a", "c"])

    model = LinearClassifier(steps=20, label_vocabulary=words).fit(blobs[0], words[blobs[1]])

    assert model.classes_.tolist() == ["b", "a", "c"]
    assert "label_vocabulary=array" in repr(model)


def test_a_vocabulary_must_hold_all_classes(blobs: Arrays) -> None:
    with pytest.raises(ValueError, match=r"label_vocabulary must hold n_classes=5 labels; got 2, \('a', 'b'\)"):
        LinearClassifier(n_classes=5, label_vocabulary=["a", "b"]).fit(*blobs)


def test_later_calls_of_partial_fit_refuse_other_classes(blobs: Arrays) -> None:
    model = LinearClassifier().partial_fit(*blobs, classes=[0, 1, 2])

    model.partial_fit(*blobs, classes=[2, 1, 0])
    with pytest.raises(ValueError, match=r"classes must be those of the fit before, \[0, 1, 2\]; got \[0, 1\]"):
        model.partial_fit(*blobs, classes=[0, 1])


@pytest.mark.parametrize("state", [np.random.RandomState(0), np.random.default_rng(0), 0.5])
def test_a_random_state_must_be_a_number(state: Any, blobs: Arrays) -> None:
    with pytest.raises(ValueError, match="random_state must be an integer or None; got"):
        LinearClassifier(random_state=state).fit(*blobs)


@pytest.mark.parametrize(("part", "rate"), [("linear", 0.3), ("dnn", 0.02)])
def test_combined_leaves_out_a_part_without_columns(part: str, rate: float, tmp_path: Path) -> None:
    ages = np.arange(60) - 30.0
    columns: dict[str, Any] = {f"{part}_feature_columns": [fc.numeric_column("age")]}
    model = DNNLinearCombinedClassifier(
        [8], learning_rate=0.02, linear_learning_rate=0.3, model_dir=tmp_path / "run", **columns
    )

    model.fit({"age": ages}, ages > 0, steps=100)

    assert model.score({"age": ages}, ages > 0) > 0.9
    rates = [series.values[-1] for tag, series in load(tmp_path).runs["run"].scalars.items() if "rate" in tag]
    np.testing.assert_allclose(rates, [rate], rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: LinearClassifier(lerning_rate=0.1),
            r"arguments of LinearClassifier must be among steps, .*; got 'lerning_rate'\. "
            r"Perhaps 'learning_rate' was meant\.",
        ),
        (
            lambda: Estimator(lambda features: None, hooks=[]),
            r"arguments of Estimator must be among network_or_model_fn, .*; got 'hooks'\. Correct the name\.",
        ),
    ],
)
def test_misspelt_argument_is_refused_with_what_is_meant(make: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make()


def test_estimator_of_ones_own_may_take_any_argument(blobs: Arrays) -> None:
    class Deep(DNNClassifier):
        def __init__(self, depth: int = 1, **others: Any) -> None:
            super().__init__([4] * depth, **others)

    assert Deep(depth=2, learning_rate=0.1).fit(*blobs, steps=1).n_iter_ == 1
