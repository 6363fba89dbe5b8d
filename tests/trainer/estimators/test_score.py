"""scikit-learn's score on what `fit` takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

from trainer import LinearClassifier
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
