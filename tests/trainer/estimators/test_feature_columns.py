"""Estimators on tables with texts: pandas, polars, functions, batches, and what changed between fit and predict."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pytest

from trainer import DNNClassifier, Estimator, EstimatorSpec, RunConfig, heads, layers
from trainer import feature_columns as fc

JOB = fc.categorical_column_with_vocabulary_list("job", ["clerk", "nurse", "pilot"])
AGES = fc.bucketized_column(fc.numeric_column("age"), [30, 40, 50])
WIDE = [JOB, AGES, fc.crossed_column([JOB, AGES], 50)]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    table = pd.DataFrame({"age": generator.integers(18, 80, 200), "job": generator.choice(["clerk", "pilot"], 200)})
    return table.assign(rich=np.where((table.age > 40) & (table.job == "pilot"), "yes", "no"), weight=1.0)


def make_model(**options: Any) -> Estimator:
    head = heads.BinaryHead(("no", "yes"))
    config = RunConfig(steps=100)
    return Estimator(fc.LinearFeatures(WIDE), head=head, learning_rate=0.1, config=config, **options)


@pytest.fixture(scope="module")
def model(people: pd.DataFrame) -> Estimator:
    return make_model().fit(people, "rich", "weight")


def test_table_of_any_library_is_read_by_the_networks_columns(model: Estimator, people: pd.DataFrame) -> None:
    assert model.score(people, people.rich) > 0.95
    assert model.score(pl.from_pandas(people), people.rich) > 0.95
    assert model.score(people.to_dict("list"), people.rich) > 0.95
    assert model.evaluate(people, "rich")["accuracy"] > 0.95


def test_deep_part_trains_its_embeddings(people: pd.DataFrame) -> None:
    age = fc.numeric_column("age", normalizer_fn=lambda ages: (ages - 45) / 20)
    features = fc.DenseFeatures([age, AGES, fc.embedding_column(JOB, 4)])
    network = layers.Sequential([features, layers.Dense(8, "relu"), layers.Dense(1)])

    deep = Estimator(network, head=heads.BinaryHead(("no", "yes")), learning_rate=0.05, config=RunConfig(steps=150))
    deep.fit(lambda: (people.drop(columns="rich"), people["rich"]))

    assert deep.score(people, people.rich) > 0.95


def test_model_fn_gets_features_as_the_columns_in_its_params_read_them(people: pd.DataFrame) -> None:
    def model_fn(features: Any, labels: Any, mode: Any, params: Any) -> EstimatorSpec:
        logits = fc.LinearFeatures(params["feature_columns"])(features)[:, 0]
        loss = None if labels is None else jnp.mean((logits - labels) ** 2)
        return EstimatorSpec(mode, loss=loss, predictions=logits)

    model = Estimator(model_fn, params={"feature_columns": WIDE}, learning_rate=0.1)
    is_rich = (people.rich == "yes").to_numpy(np.float32)
    model.fit(lambda: (people, is_rich), steps=100)

    assert ((model.predict(people) > 0.5) == (is_rich > 0.5)).mean() > 0.9


def test_predictions_of_batches_are_those_of_all_rows_in_order(model: Estimator, people: pd.DataFrame) -> None:
    chunks = [people.iloc[start : start + 64] for start in range(0, 200, 64)]  # the last has 8 rows

    np.testing.assert_array_equal(model.predict(chunks), model.predict(people))
    np.testing.assert_array_equal(model.predict(lambda: iter(chunks)), model.predict(people))
    assert model.evaluate(chunks, "rich")["loss"] == pytest.approx(model.evaluate(people, "rich")["loss"], rel=1e-5)


def test_batches_of_tables_train_with_named_labels(people: pd.DataFrame) -> None:
    chunks = [people.iloc[start : start + 64] for start in range(0, 200, 64)]

    model = make_model().fit(chunks, "rich", epochs=25, validation_data=(people, "rich"))

    assert model.n_iter_ == 100
    assert model.score(people, people.rich) > 0.9


def test_fitted_model_with_columns_is_pickled(model: Estimator, people: pd.DataFrame) -> None:
    copy = pickle.loads(pickle.dumps(model))

    np.testing.assert_array_equal(copy.predict(people), model.predict(people))


def test_run_with_other_columns_is_not_continued(people: pd.DataFrame, tmp_path: Path) -> None:
    make_model(model_dir=tmp_path).fit(people, "rich", steps=1)

    other = Estimator(fc.LinearFeatures([JOB]), head=heads.BinaryHead(("no", "yes")), model_dir=tmp_path)
    with pytest.raises(ValueError, match="model_dir"):
        other.fit(people, "rich", steps=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda table: table.drop(columns="job"),
            r"features must hold the columns 'job', .* got 'age', 'rich', 'weight'",
        ),
        (lambda table: table.assign(age="old"), r"column 'age' must hold numbers; got 'old'\."),
        (lambda table: table.assign(job=7), r"column 'job' must hold texts, as its vocabulary does; got 7\."),
        (lambda table: table.assign(age=np.nan), r"column 'age' must hold finite numbers; got NaN or a missing value"),
        (lambda table: table.head(0), r"features must have at least one row; got none\."),
        (lambda table: table[["age"]].to_numpy(), r"features must be a dict or a table of columns .* got ndarray\."),
    ],
)
def test_tables_that_do_not_fit_the_columns_are_refused_before_the_first_step(
    model: Estimator, people: pd.DataFrame, tmp_path: Path, change: Any, message: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        model.predict(change(people))
    with pytest.raises((ValueError, TypeError), match=message):
        make_model(model_dir=tmp_path / "run").fit(change(people), people.rich)

    assert not (tmp_path / "run").exists()


NUMBERS = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})


@pytest.fixture(scope="module")
def named() -> DNNClassifier:
    return DNNClassifier([4], steps=1).fit(NUMBERS, [0, 1, 0, 1])


def test_names_of_columns_are_remembered(named: DNNClassifier) -> None:
    assert named.feature_names_in_.tolist() == ["a", "b"]
    assert named.n_features_in_ == 2
    assert len(named.predict(NUMBERS)) == 4


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["b", "a"], r"Feature names must be in the same order as they were in fit\."),
        (["a", "c"], r"unseen at fit time:\n- c\nFeature names seen at fit time, yet now missing:\n- b"),
        (["a"], r"Feature names seen at fit time, yet now missing:\n- b"),
    ],
)
def test_other_names_than_in_fit_are_refused(named: DNNClassifier, names: list[str], message: str) -> None:
    table = NUMBERS[[name for name in names if name in NUMBERS]].assign(**{n: 1.0 for n in names if n not in NUMBERS})

    with pytest.raises(ValueError, match=message):
        named.predict(table[names])


def test_array_after_a_table_is_taken_with_a_warning(named: DNNClassifier) -> None:
    with pytest.warns(UserWarning, match=r"X does not have valid feature names, but DNNClassifier was fitted with"):
        named.predict(NUMBERS.to_numpy())


def test_texts_without_columns_are_refused_by_the_name_of_their_column(people: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"column 'job' of X must hold numbers; got str values\. Drop it, .* feature"):
        DNNClassifier([4]).fit(people, "rich")
