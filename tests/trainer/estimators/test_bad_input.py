from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest

from trainer import DNNClassifier, DNNRegressor, Estimator, RunConfig, heads, layers
from trainer.inputs import FixedLenFeature, TFRecords
from trainer.inputs.record_files import DamagedRecordError

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def with_nan() -> np.ndarray:
    features = X.copy()
    features[3, 1] = np.nan
    return features


CASES: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any], str]] = {
    "rows differ": (DNNClassifier([4]), (X, Y[:5]), {}, r"y must have one entry for each of the 6 rows of X; got 5\."),
    "one axis": (DNNClassifier([4]), (X[:, 0], Y), {}, r"X must have the shape \(n, features\); got shape \(6,\)\."),
    "dict": (DNNClassifier([4]), ({"a": X}, Y), {}, r"X must have the shape \(n, features\); got a dict\."),
    "no columns": (DNNClassifier([4]), (X[:, :0], Y), {}, r"X must have at least one feature; got 0 feature\(s\)"),
    "no rows": (
        DNNClassifier([4]),
        (X[:0], Y[:0]),
        {},
        r"at least 2 classes; got 0 classes|X must have at least one row",
    ),
    "nan": (DNNClassifier([4]), (with_nan(), Y), {}, r"X must be finite; got NaN in row 3, column 1\."),
    "infinite": (DNNRegressor([4]), (X * 1e300, Y), {}, r"X must be finite; got inf in row 0, column 1\."),
    "texts": (DNNClassifier([4]), ([["a", "b"]] * 6, Y), {}, r"X must be numeric; got <U1 values\."),
    "long": (
        DNNClassifier([4]),
        (np.full((6, 2), 2**40), Y),
        {},
        r"X must hold integers of 32 bits; got 1099511627776\.",
    ),
    "ragged": (DNNClassifier([4]), (np.array([[1], [1, 2]], object), Y[:2]), {}, r"X must be a rectangular array of n"),
    "complex": (
        DNNClassifier([4]),
        (X * 1j, Y),
        {},
        r"X must be real; got complex128 values\. Complex data not supported",
    ),
    "no labels": (
        DNNClassifier([4], n_classes=3),
        (X,),
        {},
        r"y must be given with an array X; got None \(fit requires y",
    ),
    "one class": (DNNClassifier([4]), (X, Y * 0), {}, r"y must hold at least 2 classes; got 1 class, \(0,\)\."),
    "fractions": (DNNClassifier([4]), (X, Y / 4), {}, r"y must hold class labels; got numbers with fractions"),
    "nan label": (
        DNNClassifier([4]),
        (X, np.where(Y > 1, np.nan, Y)),
        {},
        r"y must hold class labels; .* or NaN \(Unknown",
    ),
    "label range": (
        DNNClassifier([4], n_classes=2),
        (X, Y),
        {},
        r"labels must be among the 2 classes 0, 1; got 2 in row 2",
    ),
    "class count": (
        DNNClassifier([4], n_classes=4),
        (X, np.array(list("abcabc"))),
        {},
        r"y must hold n_classes=4 different labels; got 3\.",
    ),
    "unknown word": (
        DNNClassifier([4], label_vocabulary=["a", "b", "d"]),
        (X, np.array(list("abcabc"))),
        {},
        r"labels must be among the 3 classes 'a', 'b', 'd'; got 'c' in row 2\.",
    ),
    "text for numbers": (DNNRegressor([4]), (X, list("abcabc")), {}, r"labels must be numbers; got <U1 values\."),
    "label shape": (
        DNNRegressor([4], label_dimension=2),
        (X, Y),
        {},
        r"labels must have the shape \(n, 2\); got \(6,\)",
    ),
    "weights": (
        DNNClassifier([4]),
        (X, Y, np.ones(5)),
        {},
        r"sample_weight must have one entry for each of the 6 rows",
    ),
    "negative weight": (DNNClassifier([4]), (X, Y, -np.ones(6)), {}, r"sample_weight must be finite and at least 0"),
    "no weight": (DNNClassifier([4]), (X, Y, np.zeros(6)), {}, r"sample_weight must have an entry above 0"),
    "weight shape": (DNNClassifier([4]), (X, Y, np.ones((6, 1))), {}, r"sample_weight must have the shape \(n,\)"),
    "steps": (DNNClassifier([4]), (X, Y), {"steps": 0}, r"steps must be a positive integer; got 0\."),
    "epochs": (DNNClassifier([4]), (X, Y), {"epochs": 1.5}, r"epochs must be a positive integer; got 1\.5\."),
    "units": (DNNClassifier([4, 0]), (X, Y), {}, r"units must be a positive integer; got 0\."),
    "optimizer": (
        DNNClassifier([4], optimizer="adamm"),
        (X, Y),
        {},
        r"optimizer must be the name of an Optax optimizer",
    ),
    "rate": (DNNClassifier([4], learning_rate=-1), (X, Y), {}, r"learning_rate must be positive; got -1\."),
    "dropout": (DNNClassifier([4], dropout=1.0), (X, Y), {}, r"rate must be in \[0, 1\); got 1\.0\."),
    "seed": (DNNClassifier([4], random_state=-1), (X, Y), {}, r"seed must be in \[0, 2\*\*32\); got -1\."),
    "batch size": (DNNClassifier([4], batch_size=0), (X, Y), {}, r"batch_size must be a positive integer; got 0\."),
    "validation": (
        DNNClassifier([4]),
        (X, Y),
        {"validation_data": (X[:, :1], Y)},
        r"X must have rows of shape \(2,\) as in fit; got \(1,\) \(X has 1 features",
    ),
    "classes unknown": (DNNClassifier([4]), ([(X, Y)],), {}, r"n_classes must be given with an iterable of batches"),
    "no iterable": (DNNClassifier([4], n_classes=3), (3,), {}, r"input must be an iterable of \(features, labels\)"),
    "no batch": (DNNClassifier([4], n_classes=3), ([],), {}, r"input must give at least one batch; got none\."),
    "no pair": (
        DNNClassifier([4], n_classes=3),
        ([X],),
        {},
        r"batches must be \(features, labels\); got ndarray in batch 0",
    ),
    "nan in a batch": (
        DNNClassifier([4], n_classes=3),
        ([(X, Y), (with_nan(), Y)],),
        {},
        r"features of batch 1 must be finite; got NaN in row 3, column 1\.",
    ),
    "unknown label in a batch": (
        DNNClassifier([4], n_classes=3),
        ([(X, Y), (X, Y + 1)],),
        {},
        r"labels must be among the 3 classes 0, 1, 2; got 3 in row 2\. .* This is batch 1\.",
    ),
    "early end": (
        DNNClassifier([4], n_classes=3),
        ([(X, Y)] * 3,),
        {"steps": 5},
        r"input must give 5 batches for steps=5; it ended after 3\.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_wrong_data_and_settings_are_refused_with_what_must_hold_and_what_came(name: str) -> None:
    estimator, args, options, message = CASES[name]

    with pytest.raises((ValueError, TypeError), match=message) as caught:
        estimator.fit(*args, **options)

    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", [name for name in CASES if name != "early end" and "in a batch" not in name])
def test_what_is_refused_writes_no_event_file_and_no_checkpoint(name: str, tmp_path: Path) -> None:
    estimator, args, options, _ = CASES[name]
    writing = type(estimator)(**{**estimator.get_params(), "model_dir": tmp_path / "run"})

    with pytest.raises((ValueError, TypeError)):
        writing.fit(*args, **options)

    assert not (tmp_path / "run").exists() or not list((tmp_path / "run").iterdir())


def test_model_dir_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(
        ValueError, match=r"model_dir must be a folder that can be written; got '.*/file' \(File exists\)"
    ):
        DNNClassifier([4], model_dir=tmp_path / "file").fit(X, Y, steps=1)


def test_failing_generator_ends_the_training_with_its_own_exception() -> None:
    def batches() -> Iterator[Any]:
        yield X, Y
        raise OSError("disk gone")

    model = DNNClassifier([4], n_classes=3)
    with pytest.raises(OSError, match="disk gone"):
        model.fit(batches())

    assert model.n_iter_ == 1


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.ones((3, 5)), r"X must have rows of shape \(2,\) as in fit; got \(5,\) "),
        (np.full((3, 2), np.inf), r"X must be finite; got inf in row 0, column 0\."),
        (np.ones((0, 2)), r"X must have at least one row; got shape \(0, 2\)\."),
    ],
)
def test_wrong_features_are_refused_by_predict(features: np.ndarray, message: str) -> None:
    model = DNNClassifier([4]).fit(X, Y, steps=1)

    with pytest.raises(ValueError, match=message):
        model.predict(features)


def test_unknown_labels_are_refused_by_evaluate_and_partial_fit() -> None:
    model = DNNClassifier([4]).fit(X, Y, steps=1)

    with pytest.raises(ValueError, match=r"labels must be among the 3 classes 0, 1, 2; got 7 in row 0\."):
        model.evaluate(X, Y + 7)
    with pytest.raises(ValueError, match=r"got 7 in row 0\."):
        model.partial_fit(X, Y + 7)


def test_regressor_has_no_probabilities() -> None:
    model = Estimator(layers.Dense(1), head=heads.RegressionHead()).fit(X, Y, steps=1)

    assert not hasattr(DNNRegressor([4]), "predict_proba")
    with pytest.raises(
        AttributeError, match=r"predict_proba must be called on a model of classes; got one that predicts"
    ):
        model.predict_proba(X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, r"steps must be a positive integer; got 0\."),
        ({"eval_interval": True}, r"eval_interval must be a positive integer; got True\."),
        ({"summary_interval": 0}, r"summary_interval must be a positive integer; got 0\."),
        ({"seed": 2**32}, r"seed must be in \[0, 2\*\*32\); got 4294967296\."),
        ({"seed": 1.5}, r"seed must be an integer; got 1\.5\."),
        ({"seed": np.random.RandomState(0)}, r"seed must be an integer; got RandomState\(.*\. Pass one, as int"),
        ({"checkpoint_secs": 0}, r"checkpoint_secs must be positive; got 0\."),
        ({"clip_norm": "1"}, r"clip_norm must be positive; got '1'\."),
        ({"clip_value": float("nan")}, r"clip_value must be positive; got nan\."),
        ({"log_secs": None}, r"log_secs must be positive; got None\."),
        ({"remat": "no"}, r"remat must be True or False; got 'no'\."),
        ({"nan_guard": np.ones(2)}, r"nan_guard must be True or False; got array\("),
        ({"trainable": 3}, r"trainable must be patterns of names of weights; got 3\. Pass \('head/\*',\)\."),
    ],
)
def test_wrong_run_config_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RunConfig(**options)


def test_iterator_of_validation_data_that_never_ends_is_refused(tmp_path: Path) -> None:
    many, large = itertools.repeat((X, Y)), itertools.repeat((np.empty((1 << 28, 2), np.uint8), Y))

    for batches in (many, large):
        with pytest.raises(ValueError, match=r"must end within 100,000 batches and 4 GiB.* or EvalSpec\(steps=100\)"):
            DNNClassifier([4], model_dir=tmp_path / "run").fit(X, Y, steps=2, validation_data=batches)

    assert not list(tmp_path.rglob("*.tfevents*"))


def test_label_that_is_missing_is_refused_by_its_row() -> None:
    labels = np.array(["a", "b", None] * 2, dtype=object)

    with pytest.raises(ValueError, match=r"y must hold labels of one kind.*; got 'a' in row 0 and None in row 2\."):
        DNNClassifier([4]).fit(X, labels, steps=2)
    with pytest.raises(ValueError, match=r"labels must be among the 2 classes 'a', 'b'; got None in row 2\."):
        DNNClassifier([4], label_vocabulary=["a", "b"]).fit(X, labels, steps=2)


def test_what_numpy_cannot_read_is_called_by_its_type() -> None:
    with pytest.raises(TypeError, match=r"X must be an array, a list or a table; got LazyFrame\."):
        DNNClassifier([4]).fit(pl.LazyFrame({"a": X[:, 0]}), Y, steps=2)
    with pytest.raises(TypeError, match=r"hidden_units must be a list of counts; got 4\."):
        DNNClassifier(4).fit(X, Y, steps=2)  # type: ignore[arg-type]


def test_masked_values_are_refused() -> None:
    model = DNNClassifier([4]).fit(np.ma.masked_array(X, False), Y, steps=2)

    with pytest.raises(ValueError, match=r"X must have no masked values; got 2\. Fill them"):
        model.predict(np.ma.masked_array(X, X > 9))
    with pytest.raises(ValueError, match=r"y must have no masked values; got 1\. Fill them"):
        model.fit(X, np.ma.masked_array(Y, np.arange(len(Y)) == 2), steps=2)
    with pytest.raises(ValueError, match=r"sample_weight must have no masked values; got 1\. Fill them"):
        model.fit(X, Y, sample_weight=np.ma.masked_array(np.ones(len(Y)), np.arange(len(Y)) == 2), steps=2)


def test_list_of_several_inputs_is_refused_as_such() -> None:
    with pytest.raises(
        ValueError, match=r"X must be rows of one shape in a list; got \(6, 2\), \(6, 1\)\. Pass a tuple"
    ):
        DNNClassifier([4]).fit([X, X[:, :1]], Y, steps=2)


def test_share_of_the_rows_as_validation_data_is_refused() -> None:
    with pytest.raises(TypeError, match=r"got float\. .* This is validation_data, \(X, y\) or batches\."):
        DNNClassifier([4]).fit(X, Y, steps=2, validation_data=0.2)


@pytest.mark.parametrize("number", [np.int64(3), np.array(3), jnp.int32(3), jnp.array(3, jnp.uint32)])
def test_numbers_of_numpy_and_jax_are_taken_for_seed_and_loss_scale(number: Any) -> None:
    config = RunConfig(seed=number, loss_scale=number, nan_guard=jnp.bool_(False))

    assert (config.seed, config.loss_scale, config.nan_guard) == (3, 3.0, False)
    assert DNNClassifier([2], random_state=number, steps=1).fit(X, Y).n_iter_ == 1


@pytest.mark.parametrize(
    ("eval_metrics", "message"),
    [
        ({"mae": 1}, r"eval_metrics must be a function \(labels, predictions, weights\) .*; got {'mae': 1}\."),
        (lambda labels, predictions, weights: None, r"eval_metrics must return metrics by name; got NoneType\."),
        (
            lambda labels, predictions, weights: {"top": predictions["predictions"].max()},
            r"'top' of eval_metrics must be one of trainer\.metrics; got an array of shape \(\)\. Return metrics\.mean",
        ),
        (lambda labels, predictions, weights: {"one": 1.0}, r"'one' of eval_metrics must be .*; got 1\.0\."),
    ],
)
def test_what_is_no_metric_is_refused_before_the_first_step(eval_metrics: Any, message: str, tmp_path: Path) -> None:
    model = Estimator(
        layers.Dense(1), head=heads.RegressionHead(), eval_metrics=eval_metrics, model_dir=tmp_path / "run"
    )

    with pytest.raises(TypeError, match=message):
        model.fit(X, Y, steps=1)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("validation_data", "message"),
    [
        (X, r"y must be given with an array X; got None .* This is validation_data, \(X, y\) or batches\."),
        ((X, Y[:3]), r"y must have one entry for each of the 6 rows of X; got 3\. .* This is validation_data"),
        ((X[:, :1], Y), r"got \(1,\) .* This is validation_data"),
        ([], r"must give at least one batch; got none\. .* This is validation_data"),
    ],
)
def test_error_in_validation_data_says_that_it_is_there(validation_data: Any, message: str, tmp_path: Path) -> None:
    model = DNNClassifier([4], model_dir=tmp_path / "run")

    with pytest.raises(ValueError, match=message):
        model.fit(X, Y, steps=1, validation_data=validation_data)
    assert not list((tmp_path / "run").glob("*tfevents*"))


def test_damage_in_a_file_of_validation_data_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "rows.tfrecord"
    path.write_bytes(b"no record" * 4)
    rows = TFRecords(path, {"a": FixedLenFeature((2,), np.float32), "y": FixedLenFeature((), np.int64)}, label="y")

    with pytest.raises(DamagedRecordError) as caught:
        DNNClassifier([4]).fit(X, Y, steps=1, validation_data=rows)

    assert (caught.value.path, caught.value.offset) == (str(path), 0)
    assert caught.value.__notes__ == ["This is validation_data, (X, y) or batches."]
