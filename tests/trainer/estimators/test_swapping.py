"""One data set, all canned estimators: what changes is one name."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trainer
from trainer import feature_columns as fc

pytest.importorskip("lightgbm")

FAMILIES = ("Baseline", "Linear", "DNN", "DNNLinearCombined", "BoostedTrees")
NAMES = [*[f"{family}{kind}" for family in FAMILIES for kind in ("Classifier", "Regressor")], "KMeans"]
# The regressors of networks are the classifiers with another head.
COLUMNS_QUICK = [*[f"{family}Classifier" for family in FAMILIES], "BoostedTreesRegressor", "KMeans"]
SKLEARN_QUICK = ["BoostedTreesClassifier", "KMeans"]
JOBS = np.array(["clerk", "nurse", "smith"])
AGE = fc.numeric_column("age")
COLUMNS = [
    AGE,
    fc.bucketized_column(AGE, [30, 50]),
    fc.indicator_column(fc.categorical_column_with_vocabulary_list("job", JOBS.tolist())),
]


def people(count: int = 60) -> dict[str, np.ndarray]:
    return {"age": 20 + np.arange(count) % 50, "job": JOBS[np.arange(count) % 3], "unread": np.arange(count)}


def labels_for(name: str, rows: dict[str, np.ndarray]) -> np.ndarray:
    return rows["age"] * 1.5 if name.endswith("Regressor") else np.where(rows["age"] > 40, "old", "young")


def make(name: str, **options: Any) -> Any:
    config = trainer.RunConfig(steps=3, is_graph_written=False)
    return getattr(trainer, name)(feature_columns=COLUMNS, random_state=0, config=config, **options)


def each(quick: list[str]) -> list[Any]:
    """All names, those that are not quick among the slow tests."""
    return [pytest.param(name, marks=[] if name in quick else pytest.mark.slow) for name in NAMES]


@pytest.mark.parametrize("name", each(COLUMNS_QUICK))
def test_columns_of_numbers_and_texts_are_learned_told_and_exported(name: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    rows = people()
    labels = labels_for(name, rows)

    model = make(name, model_dir=tmp_path / "run").fit(rows, labels)

    predicted = model.predict(rows)
    assert predicted.shape == (60,)
    assert set(predicted) <= set(labels) if name.endswith("Classifier") else np.isfinite(predicted).all()
    assert np.isfinite([model.score(rows, labels), model.evaluate(rows, labels)["loss"]]).all()
    np.testing.assert_array_equal(model.predict(pandas.DataFrame(rows)), predicted)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(rows), predicted)
    again = make(name, model_dir=tmp_path / "run").restore(rows, labels)
    np.testing.assert_allclose(numbers(again, rows), numbers(model, rows), rtol=1e-6)
    exported = trainer.load_exported(model.export(tmp_path / "export"))
    np.testing.assert_allclose(numbers(exported, rows), numbers(model, rows), rtol=1e-5)


@pytest.mark.parametrize("name", ["BoostedTreesClassifier", "BoostedTreesRegressor", "KMeans"])
def test_batches_of_columns_are_read_as_one_table(name: str) -> None:
    rows = people()
    labels = labels_for(name, rows)
    parts = [({key: value[part] for key, value in rows.items()}, labels[part]) for part in (slice(40), slice(40, 60))]
    known = {"label_vocabulary": ["old", "young"]} if name.endswith("Classifier") else {}

    model = make(name, **known).fit(parts, epochs=1 if name == "KMeans" else None)

    assert model.predict(parts).shape == (60,)
    if name != "KMeans":
        np.testing.assert_allclose(numbers(model, rows), numbers(make(name).fit(rows, labels), rows), rtol=1e-6)


@pytest.mark.parametrize("name", ["BoostedTreesClassifier", "KMeans"])
def test_columns_that_only_networks_learn_are_refused(name: str) -> None:
    job = fc.categorical_column_with_vocabulary_list("job", JOBS.tolist())
    model = make(name)

    with pytest.raises(TypeError, match="feature_columns must not be embeddings, which only networks train; got 'job_"):
        model.set_params(feature_columns=[fc.embedding_column(job, 2)]).fit(people(), labels_for(name, people()))
    with pytest.raises(TypeError, match=r"feature_columns must be a dense column; .* Wrap it in indicator_column"):
        model.set_params(feature_columns=[job]).fit(people(), labels_for(name, people()))


@pytest.mark.parametrize("name", each(SKLEARN_QUICK))
def test_scikit_learn_clones_pickles_and_searches_each(name: str, blobs: tuple[np.ndarray, np.ndarray]) -> None:
    base = pytest.importorskip("sklearn.base")
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    labels = blobs[1] * 1.5 if name.endswith("Regressor") else np.array(["ape", "bat", "cat"])[blobs[1]]
    model = getattr(trainer, name)(steps=2, random_state=0)
    pipeline = make_pipeline(StandardScaler(), model)

    search = GridSearchCV(pipeline, {f"{name.lower()}__steps": [1, 2]}, cv=2).fit(blobs[0], labels)

    assert base.clone(search.best_estimator_)[-1].get_params() == search.best_estimator_[-1].get_params()
    predicted = search.predict(blobs[0])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(search.best_estimator_)).predict(blobs[0]), predicted)
    if name.endswith("Classifier"):
        assert search.classes_.tolist() == ["ape", "bat", "cat"]


def numbers(model: Any, rows: Any) -> np.ndarray:
    """What is predicted, before it becomes texts."""
    found = model.predictions(rows)
    return np.asarray(found.get("probabilities", found.get("predictions", found.get("distances"))))
