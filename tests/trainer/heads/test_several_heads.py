from __future__ import annotations

import numpy as np
import pytest

from trainer import Estimator, heads, layers

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    features = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    return features, {"side": np.where(features[:, 0] > 0, "left", "right"), "sum": features.sum(axis=1)}


@pytest.fixture(scope="module")
def head() -> heads.MultiHead:
    return heads.MultiHead({"side": heads.BinaryHead(("left", "right")), "sum": heads.RegressionHead()}, {"sum": 0.5})


@pytest.fixture(scope="module")
def fitted(data: tuple[np.ndarray, dict[str, np.ndarray]], head: heads.MultiHead) -> Estimator:
    inputs = layers.Input((3,))
    network = layers.Model(inputs, {"side": layers.Dense(1)(inputs), "sum": layers.Dense(1)(inputs)})
    return Estimator(network, head=head, learning_rate=0.1).fit(*data, steps=200)


def test_each_head_learns_its_own_labels(fitted: Estimator, data: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
    features, labels = data

    predicted = fitted.predict(features)

    assert (predicted["side"] == labels["side"]).mean() > 0.95
    np.testing.assert_allclose(predicted["sum"], labels["sum"], atol=0.1)
    assert fitted.predict_proba(features)["side"].shape == (60, 2)
    assert fitted.score(features, labels) > 0.95


def test_metrics_bear_the_names_of_the_heads(fitted: Estimator, data: tuple[np.ndarray, dict[str, np.ndarray]]) -> None:
    values = fitted.evaluate(*data)

    assert {"loss", "side/accuracy", "side/auc", "side/loss", "sum/loss", "sum/r2"} <= set(values)
    assert sorted(values.figures) == ["side/confusion_matrix", "side/pr_curve"]
    assert values["loss"] == pytest.approx(values["side/loss"] + 0.5 * values["sum/loss"], rel=1e-5)


def test_one_array_of_logits_is_split_in_the_order_of_the_heads(
    head: heads.MultiHead, data: tuple[np.ndarray, dict[str, np.ndarray]]
) -> None:
    features, labels = data

    estimator = Estimator(layers.Dense(2), head=head, learning_rate=0.1).fit([(features, labels)] * 100)

    np.testing.assert_allclose(estimator.predict(features)["sum"], labels["sum"], atol=0.5)


def test_rows_and_labels_of_another_number_are_told_by_head(
    head: heads.MultiHead, data: tuple[np.ndarray, dict[str, np.ndarray]]
) -> None:
    features, labels = data
    short = {**labels, "sum": labels["sum"][:5]}

    with pytest.raises(ValueError, match=r"y of 'sum' must have one entry for each of the 60 rows of X; got 5\."):
        Estimator(layers.Dense(2), head=head).fit(features, short)


def test_outputs_that_are_not_called_as_the_heads_are_refused(
    head: heads.MultiHead, data: tuple[np.ndarray, dict[str, np.ndarray]]
) -> None:
    inputs = layers.Input((3,))
    network = layers.Model(inputs, {"a": layers.Dense(1)(inputs), "b": layers.Dense(1)(inputs)})

    with pytest.raises(ValueError, match=r"network must return logits for side, sum; got a, b\."):
        Estimator(network, head=head).fit(*data)


def test_several_labels_of_a_row_are_learnt() -> None:
    features = np.random.default_rng(0).normal(size=(80, 2)).astype(np.float32)
    words = [[name for name, value in zip(("up", "right"), row, strict=True) if value > 0] for row in features]
    estimator = Estimator(layers.Dense(2), head=heads.MultiLabelHead(2, ("up", "right")), learning_rate=0.1)

    estimator.fit(features, words, steps=200)

    np.testing.assert_array_equal(estimator.predict(features), (features > 0).astype(int))
    assert estimator.score(features, words) == 1.0
    assert estimator.evaluate(features, words)["auc"] == 1.0
