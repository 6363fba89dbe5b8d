"""The rest of tf.estimator.Estimator's methods."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

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


@pytest.mark.parametrize("is_trained_here", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_variables_are_those_of_the_latest_checkpoint(
    name: str, line: Arrays, tmp_path: Path, is_trained_here: bool
) -> None:
    given = {**MODELS[name].get_params(), "model_dir": tmp_path}
    trained = type(MODELS[name])(**given).fit(*line, steps=7)
    model = trained if is_trained_here else type(trained)(**given)

    path = model.latest_checkpoint()

    assert path == tmp_path / "checkpoint-7.safetensors"
    arrays = load_file(path)
    assert model.get_variable_names() == sorted(arrays)
    assert {"dnn": "params/dense_0/kernel", "trees": "step", "k-means": "params/centers"}[name] in arrays
    for name, array in arrays.items():
        np.testing.assert_array_equal(model.get_variable_value(name), array)


def test_unknown_variable_is_refused_with_what_is_meant(line: Arrays) -> None:
    model = DNNRegressor([4]).fit(*line, steps=1)

    with pytest.raises(ValueError, match=r"got 'params/dense_0/kernal'\. Perhaps 'params/dense_0/kernel' was meant\."):
        model.get_variable_value("params/dense_0/kernal")


def test_estimator_without_a_checkpoint_has_no_variables(tmp_path: Path) -> None:
    for model in (DNNRegressor([4]), DNNRegressor([4], model_dir=tmp_path)):
        assert model.latest_checkpoint() is None
        with pytest.raises(ValueError, match=r"must be fitted before get_variable_names"):
            model.get_variable_names()


def test_clone_that_is_asked_before_its_fit_makes_no_folder(tmp_path: Path) -> None:
    base = pytest.importorskip("sklearn.base")
    model = base.clone(DNNRegressor([4], model_dir=tmp_path))

    assert model.latest_checkpoint() is None
    with pytest.raises(ValueError, match=r"must be fitted before get_variable_names"):
        model.get_variable_names()
    with pytest.raises(ValueError, match=r"model_dir must hold a checkpoint to restore"):
        model.restore(np.zeros((1, 1)), [0.0])

    assert not list(tmp_path.iterdir())
