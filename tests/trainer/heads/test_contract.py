from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from trainer import heads, metrics
from trainer.heads.signatures import decode

LOGITS = jnp.array([[2.0, 0.0, -1.0], [0.0, 1.0, 0.5], [0.0, 0.0, 3.0], [1.0, 2.0, 0.0]])
CASES: dict[str, tuple[Any, jax.Array, Any]] = {
    "MultiClassHead": (heads.MultiClassHead(3, ("a", "b", "c")), LOGITS, ["a", "b", "c", "a"]),
    "BinaryHead": (heads.BinaryHead(("no", "yes")), LOGITS[:, :1], ["yes", "no", "no", "no"]),
    "LogisticRegressionHead": (heads.LogisticRegressionHead(), LOGITS[:, :1], [1.0, 0.25, 0.0, 0.5]),
    "MultiHead": (
        heads.MultiHead({"kind": heads.BinaryHead(("no", "yes")), "size": heads.RegressionHead(2)}, {"size": 0.5}),
        LOGITS,
        {"kind": ["yes", "no", "no", "no"], "size": [[0.0, 1.0], [2.0, 0.5], [0.0, 3.0], [1.0, 0.0]]},
    ),
    "MultiLabelHead": (heads.MultiLabelHead(3, ("a", "b", "c")), LOGITS, [["a"], ["b", "c"], [], ["a", "b"]]),
    "PoissonHead": (heads.PoissonHead(), LOGITS[:, :1], [7.0, 0.0, 1.0, 3.0]),
    "RegressionHead": (heads.RegressionHead(), LOGITS[:, :1], [2.0, 0.5, 0.0, 1.0]),
}


def values_of(found: Any) -> dict[str, float]:
    return metrics.compute(jax.device_get(found))


def rows_of(tree: Any, rows: slice) -> Any:
    return jax.tree.map(lambda leaf: leaf[rows], tree)


def test_contract_covers_every_head() -> None:
    assert set(CASES) == set(heads.HEADS)


@pytest.mark.parametrize("name", CASES)
def test_loss_is_one_number_a_row_and_the_metric_its_weighted_mean(name: str) -> None:
    head, logits, labels = CASES[name]
    encoded = head.encode_labels(labels)
    weights = jnp.array([1.0, 1.0, 2.0, 0.0])

    losses = head.losses(logits, encoded)
    loss = head.metrics(logits, encoded, weights)["loss"].compute()

    assert losses.shape == (4,)
    assert float(loss) == pytest.approx(float(losses[0] + losses[1] + 2 * losses[2]) / 4)


@pytest.mark.parametrize("name", CASES)
def test_metrics_of_two_halves_add_up_to_those_of_the_whole(name: str) -> None:
    head, logits, labels = CASES[name]
    encoded, weights = head.encode_labels(labels), jnp.array([1.0, 2.0, 1.0, 0.5])

    whole = values_of(head.metrics(logits, encoded, weights))
    halves = [
        jax.device_get(head.metrics(logits[rows], rows_of(encoded, rows), weights[rows]))
        for rows in (slice(1), slice(1, 4))
    ]

    assert values_of(metrics.merge(*halves)) == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_metrics_of_rows_without_weight_are_those_of_the_others(name: str) -> None:
    head, logits, labels = CASES[name]
    encoded = head.encode_labels(labels)

    some = values_of(head.metrics(logits, encoded, jnp.array([1.0, 1.0, 1.0, 0.0])))

    others = values_of(head.metrics(logits[:3], rows_of(encoded, slice(3)), jnp.ones(3)))
    assert some == pytest.approx(others, nan_ok=True)


@pytest.mark.parametrize("name", CASES)
def test_predictions_decode_to_labels_as_the_user_gave_them(name: str) -> None:
    head, logits, labels = CASES[name]

    decoded = head.decode(jax.device_get(head.predictions(logits)))

    if name == "MultiHead":
        assert decoded["kind"].tolist() == ["yes", "no", "no", "yes"]
        assert decoded["size"].tolist() == LOGITS[:, 1:].tolist()
    elif name == "MultiLabelHead":
        assert decoded.tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1], [1, 1, 0]]
    else:
        assert decoded.shape == (4,)
        assert isinstance(decoded[0].item(), type(labels[0]))


@pytest.mark.parametrize("name", CASES)
def test_signature_survives_json_and_decodes_the_same(name: str) -> None:
    head, logits, _ = CASES[name]
    predictions = jax.device_get(head.predictions(logits))

    decoded = decode(json.loads(json.dumps(head.export_signature())), predictions)

    jax.tree.map(np.testing.assert_array_equal, decoded, head.decode(predictions))


@pytest.mark.parametrize("name", CASES)
def test_score_of_the_labels_themselves_is_one(name: str) -> None:
    head, _, labels = CASES[name]
    perfect = (
        head.encode_labels(labels)
        if name == "MultiLabelHead"
        else jax.tree.map(np.asarray, labels, is_leaf=lambda node: isinstance(node, list))
    )

    assert head.score(labels, perfect, None) == 1.0


@pytest.mark.parametrize("name", CASES)
def test_logits_of_another_width_are_refused(name: str) -> None:
    head, logits, labels = CASES[name]

    rule = rf"network must return \(batch, {head.logits_dimension}\) logits for {name}"
    with pytest.raises(ValueError, match=rule):
        head.losses(jnp.ones((4, 7)), head.encode_labels(labels))


@pytest.mark.parametrize("name", CASES)
def test_head_is_hashable_and_equal_to_its_copy(name: str) -> None:
    head, _, _ = CASES[name]

    assert hash(head) == hash(type(head)(**vars(head)))
    assert head == type(head)(**vars(head))


def test_multi_class_losses_and_predictions_are_those_of_optax_and_softmax() -> None:
    head, logits, labels = CASES["MultiClassHead"]

    predictions = head.predictions(logits)

    np.testing.assert_allclose(
        head.losses(logits, head.encode_labels(labels)),
        optax.softmax_cross_entropy_with_integer_labels(logits, jnp.array([0, 1, 2, 0])),
    )
    np.testing.assert_allclose(predictions["probabilities"].sum(axis=1), np.ones(4), rtol=1e-6)
    assert head.decode(jax.device_get(predictions)).tolist() == ["a", "b", "c", "b"]
    found = metrics.compute(head.metrics(logits, jnp.array([0, 1, 2, 0]), jnp.ones(4)))
    assert found["accuracy"] == 0.75
    assert found.figures["confusion_matrix"].counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert found.figures["confusion_matrix"].class_names == ("a", "b", "c")


def test_binary_probabilities_are_those_of_the_sigmoid() -> None:
    head, logits, labels = CASES["BinaryHead"]

    predictions = head.predictions(logits)

    np.testing.assert_allclose(predictions["probabilities"][0], [0.11920292, 0.880797], rtol=1e-6)
    np.testing.assert_allclose(head.losses(logits, head.encode_labels(labels))[0], 0.126928, rtol=1e-5)
    assert head.decode(jax.device_get(predictions)).tolist() == ["yes", "no", "no", "yes"]


def test_regression_metrics_are_hand_computed() -> None:
    head, logits, labels = CASES["RegressionHead"]
    encoded = head.encode_labels(labels)

    values = values_of(head.metrics(logits, encoded, jnp.ones(4)))

    assert values == pytest.approx({"loss": 0.0625, "mae": 0.125, "rmse": 0.25, "r2": 0.885714})


def test_regression_score_is_that_of_scikit_learn() -> None:
    r2_score = pytest.importorskip("sklearn.metrics").r2_score
    head, weights = heads.RegressionHead(), np.array([1.0, 2.0, 0.5])
    truth, predicted = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0])

    assert head.score(truth, predicted, None) == pytest.approx(r2_score(truth, predicted))
    assert head.score(truth, predicted, weights) == pytest.approx(r2_score(truth, predicted, sample_weight=weights))
    assert head.score(np.ones(3), np.ones(3), None) == 1.0
    assert head.score(np.ones(3), predicted, None) == 0.0


def test_padding_rows_do_not_count_even_if_they_are_nan() -> None:
    values = metrics.mean(jnp.array([1.0, 3.0, jnp.nan]), jnp.array([1.0, 1.0, 0.0]))

    assert float(values.compute()) == 2.0


@pytest.mark.parametrize(
    ("head", "labels", "message"),
    [
        (heads.MultiClassHead(3), [0, 3, 1], r"labels must be among the 3 classes 0, 1, 2; got 3 in row 1\."),
        (heads.MultiClassHead(3), [0, -1], r"got -1 in row 1\."),
        (heads.MultiClassHead(3), [0.0, 0.5], r"got 0\.5 in row 1\."),
        (heads.MultiClassHead(3), ["a", "b"], r"labels must be among the 3 classes 0, 1, 2; got 'a' in row 0\."),
        (heads.MultiClassHead(3), [[0, 1], [1, 2]], r"labels must have the shape \(n,\); got \(2, 2\)\."),
        (heads.BinaryHead(("no", "yes")), ["yes", "maybe"], r"classes 'no', 'yes'; got 'maybe' in row 1\."),
        (heads.MultiLabelHead(2, ("a", "b")), [["a"], ["z"]], r"classes 'a', 'b'; got 'z' in row 1\."),
        (heads.MultiLabelHead(2), [[0, 1], [0, 2]], r"labels must be among the 2 classes 0, 1; got 2 in row 1\."),
        (heads.MultiLabelHead(2), np.array([[0, 1], [0, 2]]), r"labels must be 0 or 1; got \[0, 2\] in row 1\."),
        (
            heads.MultiLabelHead(2),
            [0, 1],
            r"labels must have the shape \(n, 2\), or be lists of labels; got shape \(2,\)",
        ),
        (heads.PoissonHead(), [1.0, -1.0], r"labels must be at least 0; got \[-1\.0\] in row 1\."),
        (heads.LogisticRegressionHead(), [0.5, 1.5], r"labels must be in \[0, 1\]; got \[1\.5\] in row 1\."),
        (CASES["MultiHead"][0], [1, 0], r"labels must be a dict with the labels of the heads kind, size; got list\."),
        (CASES["MultiHead"][0], {"kind": ["no"]}, r"labels must have those of the head 'size'; got kind\."),
        (CASES["MultiHead"][0], {"kind": ["oh"], "size": [[1, 2]]}, r"head 'kind': labels must be among .* got 'oh'"),
        (CASES["MultiHead"][0], {"knd": [], "size": []}, r"heads kind, size; got 'knd'\. Perhaps 'kind' was meant\."),
        (heads.RegressionHead(), ["a"], r"labels must be numbers; got <U1 values\."),
        (heads.RegressionHead(), [[1.0, 2.0]], r"labels must have the shape \(n,\); got \(1, 2\)\."),
        (heads.RegressionHead(2), [1.0, 2.0], r"labels must have the shape \(n, 2\); got \(2,\)\."),
        (heads.RegressionHead(), [1.0, np.nan], r"labels must be finite; got \[nan\] in row 1\."),
    ],
)
def test_wrong_labels_are_refused(head: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        head.encode_labels(labels)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: heads.MultiClassHead(1), r"n_classes must be an integer of at least 2; got 1\."),
        (
            lambda: heads.MultiClassHead(3, ["a", "b"]),
            r"label_vocabulary must hold 3 different labels; got \('a', 'b'\)\.",
        ),
        (lambda: heads.BinaryHead(["a", "a"]), r"label_vocabulary must hold 2 different labels"),
        (
            lambda: heads.MultiClassHead(3, class_weight={3: 1.0}),
            r"class_weight must have labels among 0, 1, 2; got 3\.",
        ),
        (lambda: heads.MultiClassHead(3, class_weight=[1, 2]), r"class_weight must be a dict from label to weight"),
        (lambda: heads.BinaryHead(class_weight={1: -1}), r"class_weight must have positive weights; got -1 for 1\."),
        (lambda: heads.BinaryHead(label_smoothing=1), r"label_smoothing must be in \[0, 1\); got 1\."),
        (lambda: heads.MultiHead({}), r"heads must hold at least one head; got none\."),
        (lambda: heads.MultiHead({"a/b": heads.BinaryHead()}), r"names of heads must be without '/'"),
        (lambda: heads.MultiHead({"a": heads.BinaryHead()}, {"b": 1}), r"weights must be by the heads a; got 'b'\."),
        (lambda: heads.MultiHead({"a": heads.BinaryHead()}, {"a": 0}), r"weights must be positive; got 0 for 'a'\."),
        (lambda: heads.RegressionHead(loss="hubber"), r"got 'hubber'\. Perhaps 'huber' was meant\."),
        (lambda: heads.losses.Quantile(1.0), r"quantile must be in \(0, 1\); got 1\.0\."),
        (lambda: heads.losses.Huber(0), r"delta must be positive; got 0\."),
        (lambda: heads.RegressionHead(0), r"label_dimension must be a positive integer; got 0\."),
    ],
)
def test_wrong_fields_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
