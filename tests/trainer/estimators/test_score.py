"""scikit-learn's score on what `fit` takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

from trainer import DNNRegressor, LinearClassifier
from trainer import feature_columns as fc

GENERATOR = np.random.default_rng(0)
TABLE = pd.DataFrame({"size": GENERATOR.normal(size=40), "weight": GENERATOR.uniform(size=40)})
TABLE["label"] = np.where(TABLE["size"] + GENERATOR.normal(size=40) > 0, "big", "small")


@pytest.fixture(scope="module")
def model() -> LinearClassifier:
    columns = [fc.numeric_column("size")]
    return LinearClassifier(feature_columns=columns, random_state=0).fit(TABLE, "label", "weight", steps=20)


def test_label_and_weight_may_be_columns_of_the_table(model: LinearClassifier) -> None:
    predicted = model.predict(TABLE)

    assert model.score(TABLE, "label") == pytest.approx(accuracy_score(TABLE["label"], predicted))
    assert model.score(TABLE, "label", "weight") == pytest.approx(
        accuracy_score(TABLE["label"], predicted, sample_weight=TABLE["weight"])
    )


def test_unknown_label_is_refused(model: LinearClassifier) -> None:
    with pytest.raises(ValueError, match=r"labels must be among the 2 classes 'big', 'small'; got 'huge' in row 0"):
        model.score(TABLE, np.full(40, "huge"))


def test_labels_and_weights_of_other_rows_are_refused(model: LinearClassifier) -> None:
    for labels, weights, name in ((TABLE["label"][:5], None, "y"), (TABLE["label"], np.ones(5), "sample_weight")):
        with pytest.raises(ValueError, match=rf"{name} must have one entry for each of the 40 rows of X; got 5\."):
            model.score(TABLE, labels, weights)
    regressor = DNNRegressor([2], steps=2).fit(TABLE[["size"]], TABLE["weight"])
    with pytest.raises(ValueError, match=r"y must have one entry for each of the 40 rows of X; got 5\."):
        regressor.score(TABLE[["size"]], TABLE["weight"][:5])
