"""What only models of classes offer."""

from __future__ import annotations

from typing import Any

from trainer.estimators.base import BaseEstimator
from trainer.heads.signatures import find_probabilities


class ClassProbabilities(BaseEstimator):
    """An estimator that predicts probabilities; scikit-learn tells classifiers by the method."""

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """Returns the probability of each class, ``(n, classes)``, in the order of ``classes_``. See `predictions`.

        With several heads it is a dict of these by name.

        Raises:
            AttributeError: If the model predicts no probabilities.
        """
        predictions = self.predictions(X)
        probabilities = find_probabilities(predictions)
        if probabilities is None:
            raise AttributeError(
                f"predict_proba must be called on a model of classes; got one that predicts {', '.join(predictions)}. "
                "Use predict."
            )
        return probabilities
