"""scikit-learn's manners, checked by scikit-learn; `import trainer` itself does without it."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from summaries.load import load
from trainer import DNNClassifier, DNNRegressor, Estimator, RunConfig, heads, layers

sklearn = pytest.importorskip("sklearn")
base = pytest.importorskip("sklearn.base")

Arrays = tuple[np.ndarray, np.ndarray]
ESTIMATORS = [
    DNNClassifier([8], random_state=0),
    DNNRegressor([8], random_state=0),
    Estimator(layers.Dense(3), head=heads.MultiClassHead(3), config=RunConfig(steps=20)),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
def test_clone_has_equal_parameters_and_is_not_fitted(estimator: DNNClassifier, blobs: Arrays) -> None:
    estimator.fit(*blobs)

    copy = base.clone(estimator)

    assert copy.get_params() == estimator.get_params()
    assert not hasattr(copy, "n_features_in_")


def test_set_params_changes_known_parameters_only() -> None:
    model = DNNClassifier([8]).set_params(learning_rate=0.5, hidden_units=[3])

    assert (model.learning_rate, model.hidden_units) == (0.5, [3])
    with pytest.raises(ValueError, match=r"params must be among hidden_units, .*; got 'units'\."):
        model.set_params(units=3)


def test_kinds_are_known_to_scikit_learn() -> None:
    assert [base.is_classifier(estimator) for estimator in ESTIMATORS] == [True, False, True]
    assert [base.is_regressor(estimator) for estimator in ESTIMATORS] == [False, True, False]


def test_pipeline_and_grid_search_with_text_labels(blobs: Arrays) -> None:
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, labels = blobs[0], np.array(["ape", "bat", "cat"])[blobs[1]]
    pipeline = make_pipeline(StandardScaler(), DNNClassifier([8], steps=150, random_state=0))

    search = GridSearchCV(pipeline, {"dnnclassifier__learning_rate": [1e-5, 0.05]}, cv=3).fit(features, labels)

    assert search.best_params_ == {"dnnclassifier__learning_rate": 0.05}
    assert search.score(features, labels) > 0.95
    assert search.classes_.tolist() == ["ape", "bat", "cat"]


def test_trials_of_a_search_are_runs_of_their_own_in_model_dir(blobs: Arrays, tmp_path: Path) -> None:
    from sklearn.model_selection import GridSearchCV

    model = DNNClassifier([4], model_dir=tmp_path, config=RunConfig(steps=5, summary_interval=None))

    search = GridSearchCV(model, {"learning_rate": [1e-3, 0.1]}, cv=2).fit(*blobs)

    assert sorted(load(tmp_path).runs) == [f"trial-{number}" for number in range(1, 6)]  # 2 x 2, and the best again
    assert search.best_estimator_.model_dir == tmp_path
    assert search.best_estimator_.n_iter_ == 5


def test_cross_validation_of_a_regressor(line: Arrays) -> None:
    from sklearn.model_selection import cross_val_score

    scores = cross_val_score(DNNRegressor([16], learning_rate=0.05, steps=300, random_state=0), *line, cv=2)

    assert (scores > 0.9).all()


def test_check_is_fitted_knows_the_state(blobs: Arrays) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    model = DNNClassifier([8])

    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    with pytest.raises(NotFittedError, match=r"Call fit first\."):
        model.predict(blobs[0])
    check_is_fitted(model.fit(*blobs, steps=1))


def test_frames_are_arrays_of_their_columns(blobs: Arrays) -> None:
    class Frame:
        """What a data frame has in common with all others."""

        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            return blobs[0]

    model = DNNClassifier([8], random_state=0).fit(Frame(), blobs[1], steps=5)

    np.testing.assert_array_equal(model.predict(Frame()), model.predict(blobs[0]))


def test_import_of_the_trainer_loads_neither_sklearn_nor_keras_nor_tensorboard() -> None:
    code = "import sys, trainer; sys.exit(any(name in sys.modules for name in ('sklearn', 'keras', 'tensorboard')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_subclass_may_take_an_old_name_around_the_constructor() -> None:
    def rename(init: Any) -> Any:
        @functools.wraps(init)
        def renamed(self: Any, *args: Any, **options: Any) -> None:
            if "hidden" in options:
                options["hidden_units"] = options.pop("hidden")
            init(self, *args, **options)

        return renamed

    class Old(DNNRegressor):
        __init__ = rename(DNNRegressor.__init__)

    assert Old(hidden=[3]).hidden_units == [3]
