from __future__ import annotations

import numpy as np
import pytest

from trainer import DNNClassifier, LinearClassifier, heads

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def rare() -> Arrays:
    """Two overlapping classes, the second one a ninth of the rows."""
    generator = np.random.default_rng(0)
    labels = np.arange(90) % 9 == 0
    return generator.normal(size=(90, 2)) + labels[:, None], np.where(labels, "rare", "common")


@pytest.mark.parametrize("class_weight", ["balanced", {"rare": 8.0}])
def test_weighted_class_is_found_more_often(rare: Arrays, class_weight: object) -> None:
    plain = LinearClassifier(steps=200).fit(*rare)
    weighted = LinearClassifier(steps=200, class_weight=class_weight).fit(*rare)

    assert weighted.evaluate(*rare)["recall"] > plain.evaluate(*rare)["recall"] + 0.3


def test_unknown_class_with_a_weight_is_refused(rare: Arrays) -> None:
    with pytest.raises(ValueError, match=r"class_weight must have labels among 'common', 'rare'; got 'rear'\."):
        DNNClassifier([4], class_weight={"rear": 2.0}).fit(*rare, steps=1)


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({"rare": None}, r"class_weight must have positive weights; got None for 'rare'\."),
        ([1.0, -2.0], r"class_weight must have positive weights; got -2\.0 for 'rare'\."),
        (np.ones(3), r"one weight for each of the 2 classes, or 'balanced'; got array"),
        ("even", r"or 'balanced'; got 'even'\."),
        (2.0, r"or 'balanced'; got 2\.0\."),
    ],
)
def test_weights_that_are_none_are_refused(class_weight: object, message: str, rare: Arrays) -> None:
    with pytest.raises(ValueError, match=message):
        LinearClassifier(class_weight=class_weight).fit(*rare, steps=1)


@pytest.mark.parametrize("class_weight", [[1.0, 8.0], (1, 8), np.array([1.0, 8.0]), {"rare": 8}])
def test_weights_are_given_by_label_or_in_their_order(class_weight: object) -> None:
    head = heads.MultiClassHead(2, ("common", "rare"), class_weight=class_weight)

    assert head.class_weight == (1.0, 8.0)


def test_warm_start_keeps_the_units_of_the_features_that_the_weights_know(rare: Arrays, tmp_path: object) -> None:
    base = DNNClassifier([4], model_dir=f"{tmp_path}/run", random_state=0).fit(*rare, steps=20)

    warm = DNNClassifier([4], warm_start_from=f"{tmp_path}/run", learning_rate=1e-12).fit(rare[0] * 3, rare[1], steps=1)

    np.testing.assert_allclose(warm.predict_proba(rare[0]), base.predict_proba(rare[0]), atol=1e-5)


def test_balanced_counts_are_those_of_scikit_learn_with_weights_of_rows(rare: Arrays) -> None:
    compute = pytest.importorskip("sklearn.utils.class_weight").compute_class_weight
    weights = np.random.default_rng(1).uniform(size=90).round(1).astype(np.float32)
    weights[:30] = 0
    factors = compute("balanced", classes=np.unique(rare[1]), y=rare[1], sample_weight=weights)
    by_class = dict(zip(np.unique(rare[1]).tolist(), factors.tolist(), strict=True))

    balanced = LinearClassifier(steps=20, class_weight="balanced").fit(*rare, weights)
    named = LinearClassifier(steps=20, class_weight=by_class).fit(*rare, weights)

    np.testing.assert_allclose(balanced.predict_proba(rare[0]), named.predict_proba(rare[0]), rtol=1e-4)
