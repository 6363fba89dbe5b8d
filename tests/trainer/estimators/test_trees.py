"""Boosted trees: what LightGBM is told, growing on, and checkpoints."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from summaries.load import load
from trainer import BoostedTreesClassifier, BoostedTreesRegressor, RunConfig, hooks, load_exported
from trainer.estimators.tree_params import BOOSTING_NAMES, OBJECTIVE_NAMES, OWN
from trainer.hooks.base import Context

lightgbm = pytest.importorskip("lightgbm")
Arrays = tuple[np.ndarray, np.ndarray]


class Copy(hooks.Hook):
    """Copies a run while it is at work, as a kill would leave it."""

    def __init__(self, source: Path, target: Path, step: int) -> None:
        self._source, self._target, self._step = source, target, step

    def next_step(self, step: int) -> int | None:
        return self._step if step < self._step else None

    def run(self, context: Context) -> None:
        shutil.copytree(self._source, self._target)


@pytest.mark.parametrize("names", [*OWN.values(), OBJECTIVE_NAMES, BOOSTING_NAMES])
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


@pytest.mark.parametrize("config", [RunConfig(checkpoint_interval=3), RunConfig(checkpoint_secs=1e-9)])
def test_a_killed_run_goes_on_from_the_trees_that_were_saved(config: RunConfig, blobs: Arrays, tmp_path: Path) -> None:
    def make(folder: str) -> BoostedTreesClassifier:
        return BoostedTreesClassifier(model_dir=tmp_path / folder, config=config)

    whole = make("whole").fit(*blobs, steps=9, hooks=[Copy(tmp_path / "whole", tmp_path / "killed", 8)])
    saved = next((tmp_path / "killed").glob("trees-*.txt"))

    resumed = make("killed").fit(*blobs, steps=9)

    assert saved.name in ("trees-6.txt", "trees-7.txt")
    assert not saved.exists()
    np.testing.assert_allclose(resumed.predict_proba(blobs[0]), whole.predict_proba(blobs[0]), atol=1e-5)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_many_rows_of_two_classes_give_the_trees_of_lightgbms_own_objective(is_weighted: bool, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(8192, 16)).astype(np.float32)
    labels = (features[:, 0] * features[:, 1] + features[:, 2] + generator.normal(size=8192) > 0.3).astype(int)
    weights = generator.uniform(0.5, 2, 8192) if is_weighted else None

    model = BoostedTreesClassifier(model_dir=tmp_path / "run").fit(features, labels, weights, steps=4)
    model.partial_fit(features, labels, weights, steps=3)

    theirs = lightgbm.LGBMClassifier(n_estimators=7, verbose=-1).fit(features, labels, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(features), theirs.predict_proba(features), atol=1e-5)
    losses = load(tmp_path).runs["run"].scalars["loss"].values
    assert losses[-1] == pytest.approx(model.evaluate(features, labels, weights)["loss"], rel=1e-5)


@pytest.mark.parametrize("features", [np.zeros((8192, 16)), np.arange(8192 * 16.0).reshape(8192, 16)])
def test_two_classes_that_no_feature_tells_apart_have_their_shares(features: np.ndarray) -> None:
    model = BoostedTreesClassifier(steps=2).fit(features, np.arange(8192) % 4 == 0)

    np.testing.assert_allclose(model.predict_proba(features[:1]), [[0.75, 0.25]], atol=0.01)


@pytest.mark.parametrize(
    "params", [None, {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}, {"extra_trees": True}]
)
def test_exported_trees_predict_what_lightgbm_does(params: dict[str, Any] | None, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    features = generator.integers(0, 9, (600, 3)).astype(np.float32) / 3  # rows that lie on the thresholds
    labels = np.array(["ape", "bat", "cat"])[(features.sum(axis=1) % 3).astype(int)]
    model = BoostedTreesClassifier(steps=12, min_rows_in_leaf=2, lightgbm_params=params).fit(features, labels)

    exported = load_exported(model.export(tmp_path / "export"))

    np.testing.assert_allclose(exported.predict_proba(features), model.predict_proba(features), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(exported.predict(features), model.predict(features))


def test_missing_values_are_lightgbms_and_exported(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(3000, 4)).astype(np.float32)
    labels = (np.where(features[:, 0] > 1, -1, features[:, 0]) + features[:, 1] > 0).astype(int)
    features[features[:, 0] > 1, 0] = np.nan
    features[generator.random(3000) < 0.3, 1] = np.nan

    model = BoostedTreesClassifier(steps=20, model_dir=tmp_path / "run").fit(features, labels)

    theirs = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(features, labels)
    features[::7, 3] = np.nan  # never missing in fit
    np.testing.assert_allclose(model.predict_proba(features), theirs.predict_proba(features), atol=1e-5)
    assert model.score(features, labels) > 0.8
    exported = load_exported(model.export(tmp_path / "export"))
    np.testing.assert_allclose(exported.predict_proba(features), model.predict_proba(features), rtol=1e-4, atol=1e-6)


def test_infinities_are_refused() -> None:
    with pytest.raises(ValueError, match=r"X must be finite; got inf in row 1, column 0\."):
        BoostedTreesRegressor().fit([[np.nan], [np.inf]], [0.0, 1.0])


def test_trees_of_one_leaf_are_exported(tmp_path: Path) -> None:
    model = BoostedTreesRegressor(steps=2).fit(np.zeros((5, 2)), np.arange(5.0))

    np.testing.assert_allclose(load_exported(model.export(tmp_path / "export")).predict(np.ones((3, 2))), [2, 2, 2])


@pytest.mark.parametrize("params", [{"zero_as_missing": True}, {"linear_tree": True}])
def test_splits_that_compare_no_numbers_are_not_exported(params: dict[str, Any], tmp_path: Path) -> None:
    features = np.stack([np.arange(400) % 5, np.linspace(0, 1, 400)], axis=1)
    model = BoostedTreesRegressor(steps=3, lightgbm_params=params).fit(features, features[:, 0] % 2 + features[:, 1])

    with pytest.raises(ValueError, match=r"export must be called on trees of plain splits; got .* lightgbm_params"):
        model.export(tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_gains_are_told_by_the_names_of_the_columns(line: Arrays, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(line[0], columns=["height", "weight"])

    BoostedTreesRegressor(steps=2, model_dir=tmp_path / "run").fit(frame, line[1])

    (table,) = load(tmp_path).runs["run"].tables["feature_importances"][:]
    assert table.to_dict()["feature"] == ["height", "weight"]


def test_early_stopping_of_dart_is_refused_since_it_changes_trees_that_are_there(blobs: Arrays) -> None:
    model = BoostedTreesClassifier(lightgbm_params={"boosting_type": "dart"})

    with pytest.raises(ValueError, match=r"boosting must not be 'dart' with an EarlyStoppingHook"):
        model.fit(*blobs, validation_data=blobs, hooks=[hooks.EarlyStoppingHook()])
    assert model.fit(*blobs, steps=3).n_iter_ == 3


def test_a_random_forest_is_the_mean_of_its_trees(blobs: Arrays) -> None:
    params = {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}
    features, labels = np.float32(blobs[0]), blobs[1]

    model = BoostedTreesClassifier(steps=7, lightgbm_params=params).fit(features, labels)

    theirs = lightgbm.LGBMClassifier(n_estimators=7, random_state=0, verbose=-1, **params).fit(features, labels)
    np.testing.assert_allclose(model.predict_proba(features), theirs.predict_proba(features), atol=1e-5)


def test_weights_of_batches_count_with_1_for_batches_without_any(line: Arrays) -> None:
    (features, labels), weights = line, np.linspace(0.1, 3, len(line[1]))
    half = len(labels) // 2
    batches = [(features[:half], labels[:half]), (features[half:], labels[half:], weights[half:])]
    expected = np.concatenate([np.ones(half), weights[half:]])

    found = BoostedTreesRegressor().fit(batches, steps=5).predict(features)

    together = BoostedTreesRegressor().fit(features, labels, expected, steps=5).predict(features)
    np.testing.assert_allclose(found, together, rtol=1e-6)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([(np.ones((4, 2)), np.ones(4)), (np.ones((4, 2)),)], r"batches must be \(features, labels\); .* in batch 1"),
        ([(np.ones((4, 2)), np.ones(4)), (np.ones((4, 3)), np.ones(4))], r"features of batch 1 must have rows like"),
        ([(np.ones((4, 2)), np.ones(3)), (np.ones((4, 2)), np.ones(5))], r"labels of batch 0 must have one entry"),
        ([(np.ones((4, 2)), np.ones(4), -np.ones(4))], r"weights of batch 0 must be finite and at least 0"),
        ([({"a": np.ones(4)}, np.ones(4))], r"X must have the shape \(n, features\); got a dict"),
    ],
)
def test_batches_that_do_not_fit_are_refused_by_their_number(batches: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BoostedTreesRegressor().fit(batches)


def test_trees_that_failed_before_the_first_round_are_not_fitted(line: Arrays) -> None:
    class Fail(hooks.Hook):
        def begin(self, context: Context) -> None:
            raise RuntimeError("no disk")

    trees = BoostedTreesRegressor()

    with pytest.raises(RuntimeError, match="no disk"):
        trees.fit(*line, steps=3, hooks=[Fail()])

    with pytest.raises(NotFittedError):
        trees.predict(line[0])
