"""The rest of tf.estimator.Estimator's methods."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from trainer import BoostedTreesRegressor, DNNRegressor, KMeans

Arrays = tuple[np.ndarray, np.ndarray]
MODELS: dict[str, Any] = {
    "dnn": DNNRegressor([4]),
    "trees": BoostedTreesRegressor(steps=2),
    "k-means": KMeans(2),
}


@pytest.mark.parametrize("name", MODELS)
def test_so_many_batches_of_endless_ones_are_evaluated(name: str, line: Arrays) -> None:
    features, labels = line
    model = MODELS[name].fit(features, labels)

    def forever() -> Iterator[Any]:
        for start in itertools.cycle(range(0, 30, 10)):
            yield features[start : start + 10], labels[start : start + 10]

    found = model.evaluate(forever, steps=2)

    assert found["loss"] == pytest.approx(model.evaluate(features[:20], labels[:20])["loss"], rel=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_steps_of_an_evaluation_of_arrays_are_refused(name: str, line: Arrays) -> None:
    model = MODELS[name].fit(*line)

    with pytest.raises(ValueError, match=r"steps must be None with arrays, which have no batches; got 2\. Pass fewer"):
        model.evaluate(*line, steps=2)
