"""Estimators: fit, evaluate, predict."""

from trainer.estimators.base import BaseEstimator as BaseEstimator
from trainer.estimators.dnn import DNNClassifier as DNNClassifier
from trainer.estimators.dnn import DNNRegressor as DNNRegressor
from trainer.estimators.estimator import Estimator as Estimator
from trainer.estimators.sklearn_manners import NotFittedError as NotFittedError
from trainer.estimators.spec import EstimatorSpec as EstimatorSpec
