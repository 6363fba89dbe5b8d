"""Boosted trees: what LightGBM is told, growing on, and checkpoints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trainer import BoostedTreesClassifier, BoostedTreesRegressor, RunConfig
from trainer.estimators.tree_params import OBJECTIVE_NAMES, OWN

lightgbm = pytest.importorskip("lightgbm")
Arrays = tuple[np.ndarray, np.ndarray]


@pytest.mark.parametrize("names", [*OWN.values(), OBJECTIVE_NAMES])
def test_all_names_of_lightgbm_for_a_parameter_are_known(names: tuple[str, ...]) -> None:
    aliases = {alias for name in names for alias in lightgbm.basic._ConfigAliases.get(name)}

    assert aliases == set(names)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_estimators": 5}, "'n_estimators'. Use steps="),
        ({"eta": 0.5}, "'eta'. Use learning_rate="),
        ({"metric": "auc"}, "'metric'. Use validation_data= in fit"),
        ({"objective": "poisson"}, "objective in lightgbm_params must be one of regression, .* got 'poisson'"),
        ({"application": "tweedie"}, "got 'tweedie'"),
    ],
)
def test_parameters_that_would_break_predictions_are_refused(
    params: dict[str, Any], message: str, line: Arrays
) -> None:
    with pytest.raises(ValueError, match=message):
        BoostedTreesRegressor(lightgbm_params=params).fit(*line)


def test_another_objective_is_lightgbms(line: Arrays) -> None:
    features, labels = np.float32(line[0]), line[1]

    model = BoostedTreesRegressor(steps=5, lightgbm_params={"loss": "quantile", "alpha": 0.9}).fit(features, labels)

    theirs = lightgbm.LGBMRegressor(objective="quantile", alpha=0.9, n_estimators=5, verbose=-1).fit(features, labels)
    np.testing.assert_allclose(model.predict(features), theirs.predict(features), rtol=1e-5)


def test_a_warm_start_refuses_other_classes_and_features(blobs: Arrays) -> None:
    features, labels = blobs
    model = BoostedTreesClassifier(steps=3, warm_start=True).fit(features, labels)

    with pytest.raises(ValueError, match="head must be that of the fit before with warm_start=True"):
        model.fit(features, labels % 2)
    with pytest.raises(ValueError, match="features must be that of the fit before"):
        model.fit(features[:, :1], labels)
    assert model.fit(features, labels).n_iter_ == 6


def test_trees_refuse_a_best_checkpoint(blobs: Arrays) -> None:
    with pytest.raises(ValueError, match="best_metric must be None for trees; got 'accuracy'"):
        BoostedTreesClassifier(config=RunConfig(best_metric="accuracy")).fit(*blobs)
