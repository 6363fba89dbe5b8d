from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from trainer import Estimator, RunConfig, heads, layers
from trainer.performance import compile_count

LABELS = np.array([[0.0], [1.0], [4.0], [0.5]], np.float32)
LOGITS = np.array([[0.5], [3.0], [1.0], [0.5]], np.float32)
WEIGHTS = jnp.ones(4)
THREE = np.array([[2.0, 0.0, -1.0], [0.0, 1.0, 0.5], [0.0, 0.0, 3.0]], np.float32)


def keras_losses(make: Any, labels: Any, predictions: Any) -> np.ndarray:
    """One a row."""
    keras = pytest.importorskip("keras")
    return np.asarray(make(keras.losses)(reduction=None)(labels, predictions))


@pytest.mark.parametrize(
    ("head", "make"),
    [
        (heads.RegressionHead(), lambda losses: losses.MeanSquaredError),
        (heads.RegressionHead(loss="mae"), lambda losses: losses.MeanAbsoluteError),
        (heads.RegressionHead(loss="huber"), lambda losses: losses.Huber),
    ],
    ids=["mse", "mae", "huber"],
)
def test_losses_of_numbers_are_those_of_keras(head: Any, make: Any) -> None:
    np.testing.assert_allclose(head.losses(LOGITS, LABELS), keras_losses(make, LABELS, LOGITS), rtol=1e-6)


def test_poisson_loss_is_that_of_keras() -> None:
    expected = keras_losses(lambda losses: losses.Poisson, LABELS, np.exp(LOGITS))

    np.testing.assert_allclose(heads.PoissonHead().losses(LOGITS, LABELS), expected, rtol=1e-5)


def test_quantile_loss_is_the_pinball_loss_of_scikit_learn() -> None:
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    head = heads.RegressionHead(loss=heads.losses.Quantile(0.9))

    expected = sklearn_metrics.mean_pinball_loss(LABELS, LOGITS, alpha=0.9)

    assert float(head.losses(LOGITS, LABELS).mean()) == pytest.approx(expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_class_losses_with_smoothing_are_those_of_keras(smoothing: float) -> None:
    keras = pytest.importorskip("keras")
    logits = np.array([[2.0, 0.0, -1.0], [0.0, 1.0, 0.5]], np.float32)
    several = heads.MultiClassHead(3, label_smoothing=smoothing).losses(logits, jnp.array([0, 2]))
    two = heads.BinaryHead(label_smoothing=smoothing).losses(logits[:, :1], jnp.array([1, 0]))

    options = {"from_logits": True, "label_smoothing": smoothing, "reduction": None}
    one_hot = np.eye(3, dtype=np.float32)[[0, 2]]
    np.testing.assert_allclose(several, keras.losses.CategoricalCrossentropy(**options)(one_hot, logits), rtol=1e-5)
    binary = keras.losses.BinaryCrossentropy(**options)(np.array([[1.0], [0.0]]), logits[:, :1])
    np.testing.assert_allclose(two, binary, rtol=1e-5)


def test_loss_of_ones_own_may_return_one_number_a_row() -> None:
    head = heads.RegressionHead(2, loss=lambda labels, predictions: jnp.max(jnp.abs(labels - predictions), axis=1))

    assert head.losses(jnp.array([[1.0, 2.0]]), jnp.array([[0.0, 4.0]])).tolist() == [2.0]


def test_loss_that_is_a_mean_already_is_refused() -> None:
    head = heads.RegressionHead(loss=lambda labels, predictions: jnp.mean((labels - predictions) ** 2))

    with pytest.raises(ValueError, match=r"loss must return the shape of the labels, \(4, 1\), .*; got \(\)\."):
        head.losses(LOGITS, LABELS)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    compute = pytest.importorskip("sklearn.utils.class_weight").compute_sample_weight
    labels = np.array([0, 0, 0, 2, 2, 3])

    weights = heads.MultiClassHead(4, class_weight="balanced").row_weights(labels)

    np.testing.assert_allclose(weights, compute("balanced", labels), rtol=1e-6)


def test_class_weights_train_as_the_same_weights_of_the_rows(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = blobs
    network = layers.Dense(3)

    weighted = Estimator(network, head=heads.MultiClassHead(3, class_weight={1: 4.0})).fit(features, labels, steps=3)
    other = Estimator(network, head=heads.MultiClassHead(3)).fit(
        features, labels, np.where(labels == 1, 4.0, 1.0), steps=3
    )

    jax.tree.map(np.testing.assert_array_equal, weighted.params_, other.params_)
    assert weighted.evaluate(features, labels) == other.evaluate(features, labels)


@pytest.mark.peers
def test_weights_of_several_labels_are_those_of_torch_for_what_a_row_bears() -> None:
    torch = pytest.importorskip("torch")
    labels = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    head = heads.MultiLabelHead(3, ("a", "b", "c"), class_weight={"b": 5.0, "c": 0.5})

    found = head.training_losses(THREE, labels)

    theirs = torch.nn.BCEWithLogitsLoss(reduction="none", pos_weight=torch.tensor([1.0, 5.0, 0.5]))
    expected = theirs(torch.from_numpy(THREE), torch.from_numpy(labels).float()).mean(dim=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_array_equal(head.losses(THREE, labels), heads.MultiLabelHead(3).losses(THREE, labels))


def test_weights_of_classes_are_factors_of_one_head_among_several() -> None:
    kind, size = heads.MultiClassHead(3, class_weight={1: 4.0}), heads.RegressionHead()
    labels = {"kind": np.array([1, 0, 1]), "size": np.zeros((3, 1))}
    parts = {"kind": THREE, "size": THREE[:, :1]}

    found = heads.MultiHead({"kind": kind, "size": size}).training_losses(parts, labels)

    others = size.losses(parts["size"], labels["size"])
    np.testing.assert_allclose(
        found, np.array([4.0, 1.0, 4.0]) * kind.losses(parts["kind"], labels["kind"]) + others, rtol=1e-6
    )


@pytest.mark.parametrize(
    "head",
    [
        heads.MultiClassHead(3, class_weight="balanced"),
        heads.MultiLabelHead(3, class_weight="balanced"),
        heads.MultiHead({"kind": heads.MultiClassHead(3, class_weight="balanced")}),
    ],
)
def test_balanced_weights_of_batches_are_refused(head: Any, blobs: tuple[np.ndarray, np.ndarray]) -> None:
    estimator = Estimator(layers.Dense(3), head=head)

    with pytest.raises(ValueError, match=r"class_weight must be a dict with batches, .*; got 'balanced'\."):
        estimator.fit([blobs])


def test_balanced_weights_of_several_labels_train_as_scikit_learns_one_against_the_rest() -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(300, 2)).astype(np.float32)
    labels = (features @ np.array([[1.0, 0.5], [0.0, 1.0]]) + generator.normal(size=(300, 2)) > [1.5, -1]).astype(int)
    weights = generator.uniform(0.5, 2, 300).astype(np.float32)
    one = LogisticRegression(C=np.inf, tol=1e-8)
    theirs = []
    for index in range(2):
        by_class = compute_class_weight("balanced", classes=np.arange(2), y=labels[:, index], sample_weight=weights)
        one.fit(features, labels[:, index], by_class[labels[:, index]] * weights)
        theirs.append(one.predict_proba(features)[:, 1])

    config = RunConfig(batch_size=300)
    model = Estimator(
        layers.Dense(2), head=heads.MultiLabelHead(2, class_weight="balanced"), learning_rate=0.1, config=config
    )
    model.fit(features, labels, weights, steps=400)

    np.testing.assert_allclose(model.predict_proba(features), np.stack(theirs, axis=1), atol=2e-3)
    assert model.partial_fit(features, labels, steps=1).n_iter_ == 401  # counted anew, without weights


@pytest.mark.parametrize("is_among", [False, True])
def test_parts_with_other_counts_of_balanced_classes_compile_nothing_anew(is_among: bool) -> None:
    generator = np.random.default_rng(0)
    features, tags = generator.normal(size=(60, 2)).astype(np.float32), generator.integers(0, 2, (60, 2))
    head: Any = heads.MultiLabelHead(2, class_weight="balanced")
    labels: list[Any] = [tags[start : start + 15] for start in range(0, 60, 15)]
    if is_among:
        head = heads.MultiHead({"tags": head, "kind": heads.BinaryHead(class_weight="balanced")})
        labels = [{"tags": part, "kind": part[:, 0]} for part in labels]
    model = Estimator(layers.Dense(head.logits_dimension), head=head)
    for part in range(2):
        model.partial_fit(features[15 * part : 15 * part + 15], labels[part])

    before = compile_count().count
    for part in range(2, 4):
        model.partial_fit(features[15 * part : 15 * part + 15], labels[part])

    assert len({int(part[:, 0].sum()) for part in np.split(tags, 4)}) > 2
    assert compile_count().count == before


def test_balanced_head_among_several_trains_as_with_the_weights_by_name(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    kinds = 2 * (np.arange(40) % 10 == 0) + (np.arange(40) % 5 == 1)
    labels = {"kind": kinds, "tags": np.stack([kinds > 0, kinds > 1], axis=1).astype(int), "size": features.sum(axis=1)}

    def train(weight: Any, steps: int = 5) -> Estimator:
        members = {"kind": heads.MultiClassHead(3, class_weight=weight), "tags": heads.MultiLabelHead(2)}
        head = heads.MultiHead({**members, "size": heads.RegressionHead()})
        folder = tmp_path / str(len(weight))
        return Estimator(layers.Dense(6), head=head, model_dir=folder).fit(features, labels, steps=steps)

    factors = compute_class_weight("balanced", classes=np.arange(3), y=kinds)
    balanced, named = train("balanced"), train(factors.tolist())

    assert len(set(factors.round(2))) > 1
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), balanced.params_, named.params_)
    assert balanced.evaluate(features, labels) == pytest.approx(named.evaluate(features, labels), rel=1e-6)
    assert train("balanced", steps=7).n_iter_ == 7  # it is the same run
