"""What only models of classes offer."""

from __future__ import annotations

from typing import Any

import numpy as np

from trainer.estimators.base import BaseEstimator


class ClassProbabilities(BaseEstimator):
    """An estimator that predicts probabilities; scikit-learn tells classifiers by the method."""

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Returns the probability of each class, ``(n, classes)``, in the order of ``classes_``. See `predictions`.

        Raises:
            AttributeError: If the model predicts no probabilities.
        """
        predictions = self.predictions(X)
        if "probabilities" not in predictions:
            raise AttributeError(
                f"predict_proba must be called on a model of classes; got one that predicts {', '.join(predictions)}. "
                "Use predict."
            )
        return predictions["probabilities"]
