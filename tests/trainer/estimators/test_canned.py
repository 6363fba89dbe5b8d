"""All canned estimators behind one interface, beside scikit-learn's and LightGBM's own."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summaries.load import load
from trainer import (
    BaselineClassifier,
    BaselineRegressor,
    BoostedTreesClassifier,
    BoostedTreesRegressor,
    DNNClassifier,
    DNNLinearCombinedClassifier,
    DNNLinearCombinedRegressor,
    DNNRegressor,
    KMeans,
    LinearClassifier,
    LinearRegressor,
    RunConfig,
    hooks,
)
from trainer import feature_columns as fc

pytest.importorskip("sklearn")

Arrays = tuple[np.ndarray, np.ndarray]
CLASSIFIERS = {
    "Linear": LinearClassifier(steps=100),
    "DNN": DNNClassifier([8], learning_rate=0.05, steps=100),
    "DNNLinearCombined": DNNLinearCombinedClassifier([8], learning_rate=0.05, steps=100),
    "BoostedTrees": BoostedTreesClassifier(steps=10),
}
REGRESSORS = {
    "Linear": LinearRegressor(steps=400),
    "DNN": DNNRegressor([32], learning_rate=0.02, steps=400),
    "DNNLinearCombined": DNNLinearCombinedRegressor([8], learning_rate=0.02, steps=400),
    "BoostedTrees": BoostedTreesRegressor(steps=50, min_rows_in_leaf=3),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_are_swapped_by_name(name: str, blobs: Arrays) -> None:
    features, words = blobs[0], np.array(["ape", "bat", "cat"])[blobs[1]]

    model = CLASSIFIERS[name].fit(features, words)

    assert model.score(features, words) > 0.95
    assert model.classes_.tolist() == ["ape", "bat", "cat"]
    assert model.predict_proba(features).shape == (90, 3)
    assert {"loss", "accuracy"} <= set(model.evaluate(features, words))
    steps = model.n_iter_
    assert model.partial_fit(features, words, steps=3).n_iter_ == steps + 3
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(features), model.predict_proba(features))


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors_learn_numbers_of_any_unit(name: str, line: Arrays) -> None:
    features, labels = line[0] * 1000 + 5e4, line[1] * 1e-3 + 7

    model = REGRESSORS[name].fit(features, labels)

    assert model.score(features, labels) > 0.9
    assert {"loss", "mae", "rmse"} <= set(model.evaluate(features, labels))


def test_linear_models_are_those_of_scikit_learn(blobs: Arrays, line: Arrays) -> None:
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.metrics import log_loss

    flipped = np.where(np.arange(90) % 7 == 0, 0, blobs[1])  # so that no plane separates the classes

    classifier = LinearClassifier(steps=2000).fit(blobs[0], flipped)
    regressor = LinearRegressor(steps=2000).fit(*line)

    theirs = LogisticRegression(C=np.inf).fit(blobs[0], flipped).predict_proba(blobs[0])
    assert classifier.evaluate(blobs[0], flipped)["loss"] == pytest.approx(log_loss(flipped, theirs), rel=0.03)
    np.testing.assert_allclose(regressor.predict(line[0]), LinearRegression().fit(*line).predict(line[0]), atol=1e-4)


@pytest.mark.parametrize(
    ("model", "name", "usual"),
    [(LinearClassifier, "batch_size", 8192), (BoostedTreesClassifier, "steps", 100), (KMeans, "steps", 300)],
)
def test_a_config_leaves_open_what_it_does_not_name(
    model: Any, name: str, usual: int, blobs: Arrays, tmp_path: Path
) -> None:
    model(model_dir=tmp_path / "usual", config=RunConfig(seed=1)).fit(*blobs, steps=1)
    model(model_dir=tmp_path / "given", config=RunConfig(seed=1, **{name: 7})).fit(*blobs, steps=1)

    runs = load(tmp_path).runs
    assert runs["usual"].facts.config[name] == usual
    assert runs["given"].facts.config[name] == 7


def test_baselines_know_the_labels_alone(blobs: Arrays, line: Arrays) -> None:
    labels = np.array(["no", "no", "yes"])[blobs[1]]

    shares = BaselineClassifier().fit(blobs[0], labels).predict_proba(blobs[0])
    mean = BaselineRegressor(steps=1).fit(*line).predict(line[0])

    np.testing.assert_allclose(shares, np.tile([2 / 3, 1 / 3], (90, 1)), atol=1e-4)
    np.testing.assert_allclose(mean, np.full(64, line[1].mean()), rtol=1e-5)


def test_combined_trains_each_part_with_its_optimizer(blobs: Arrays, tmp_path: Path) -> None:
    DNNLinearCombinedClassifier([8], learning_rate=0.01, model_dir=tmp_path / "run").fit(*blobs, steps=5)

    scalars = load(tmp_path).runs["run"].scalars
    rates = {tag: round(float(scalars[tag].values[-1]), 6) for tag in scalars if tag.startswith("learning_rate")}
    assert sorted(rates.values()) == [0.01, 0.2]


def test_combined_reads_columns_of_its_own_in_each_part() -> None:
    jobs, ages = np.array(["clerk", "nurse"])[np.arange(60) % 2], np.arange(60) + 20
    labels = (ages > 50) ^ (jobs == "nurse")
    age = fc.numeric_column("age", normalizer_fn=_centered)
    job = fc.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"])

    model = DNNLinearCombinedClassifier(
        [16], linear_feature_columns=[job], dnn_feature_columns=[age, fc.indicator_column(job)], learning_rate=0.02
    )

    assert model.fit({"age": ages, "job": jobs}, labels, steps=400).score({"age": ages, "job": jobs}, labels) > 0.95


def _centered(ages: Any) -> Any:
    return (ages - 50) / 20


def test_trees_are_lightgbms_and_log_the_loss_of_each_round(blobs: Arrays, tmp_path: Path) -> None:
    lightgbm = pytest.importorskip("lightgbm")
    features, labels = np.float32(blobs[0]), blobs[1]

    model = BoostedTreesClassifier(steps=7, model_dir=tmp_path / "run").fit(features, labels)

    theirs = lightgbm.LGBMClassifier(n_estimators=7, verbose=-1).fit(features, labels)
    np.testing.assert_allclose(model.predict_proba(features), theirs.predict_proba(features), atol=1e-5)
    run = load(tmp_path).runs["run"]
    losses = run.scalars["loss"]
    assert losses.steps.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert losses.values[-1] == pytest.approx(model.evaluate(features, labels)["loss"], rel=1e-4)
    gains = theirs.booster_.feature_importance("gain")
    np.testing.assert_allclose(model.feature_importances_, gains / gains.sum(), rtol=1e-4)


def test_trees_go_on_where_the_run_in_model_dir_stands(blobs: Arrays, tmp_path: Path) -> None:
    def fit(steps: int, folder: str) -> BoostedTreesClassifier:
        return BoostedTreesClassifier(model_dir=tmp_path / folder).fit(*blobs, steps=steps)

    fit(4, "run")
    resumed = fit(9, "run")

    assert resumed.n_iter_ == 9
    np.testing.assert_allclose(resumed.predict_proba(blobs[0]), fit(9, "other").predict_proba(blobs[0]), atol=1e-5)


def test_early_stopping_leaves_the_best_trees(blobs: Arrays) -> None:
    validation = blobs[0] + 1.5, blobs[1]
    stop = hooks.EarlyStoppingHook(interval=5, patience=1)

    model = BoostedTreesClassifier(learning_rate=0.5).fit(*blobs, steps=100, validation_data=validation, hooks=[stop])

    assert model.n_iter_ < 100
    best = BoostedTreesClassifier(learning_rate=0.5).fit(*blobs, steps=stop.best_step)
    np.testing.assert_allclose(model.predict_proba(blobs[0]), best.predict_proba(blobs[0]), atol=1e-6)


def test_kmeans_finds_clusters_as_tight_as_scikit_learns(tmp_path: Path) -> None:
    from sklearn.cluster import KMeans as Theirs
    from sklearn.datasets import make_blobs

    features, _ = make_blobs(400, 3, centers=5, random_state=3)
    features += 1000

    model = KMeans(5, random_state=0, model_dir=tmp_path / "run").fit(features)

    theirs = Theirs(5, n_init=5, random_state=0).fit(features)
    assert model.inertia_ == pytest.approx(theirs.inertia_, rel=1e-3)
    assert model.score(features) == pytest.approx(-model.inertia_)
    np.testing.assert_array_equal(model.labels_, model.transform(features).argmin(axis=1))
    losses = load(tmp_path).runs["run"].scalars["loss"].values
    assert (np.diff(losses) <= 1e-3).all()
    assert losses[-1] * 400 == pytest.approx(theirs.inertia_, rel=1e-3)


def test_kmeans_learns_from_batches(blobs: Arrays) -> None:
    features = blobs[0]

    from_list = KMeans(3, random_state=1).fit([features[:45], features[45:]], epochs=3)
    in_parts = KMeans(3, random_state=1).partial_fit(features[:45]).partial_fit(features[45:])

    for model in (from_list, in_parts):
        groups = {tuple(np.unique(model.predict(features[blobs[1] == label]))) for label in range(3)}
        assert sorted(groups) == [(0,), (1,), (2,)]
    assert (from_list.n_iter_, in_parts.n_iter_) == (6, 2)
