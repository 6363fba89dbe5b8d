"""Estimators: fit, evaluate, predict."""

from trainer.estimators.base import BaseEstimator as BaseEstimator
from trainer.estimators.combined import DNNLinearCombinedClassifier as DNNLinearCombinedClassifier
from trainer.estimators.combined import DNNLinearCombinedRegressor as DNNLinearCombinedRegressor
from trainer.estimators.dnn import DNNClassifier as DNNClassifier
from trainer.estimators.dnn import DNNRegressor as DNNRegressor
from trainer.estimators.estimator import Estimator as Estimator
from trainer.estimators.exporters import BestExporter as BestExporter
from trainer.estimators.exporters import FinalExporter as FinalExporter
from trainer.estimators.exporters import LatestExporter as LatestExporter
from trainer.estimators.exporting import ExportedModel as ExportedModel
from trainer.estimators.exporting import load_exported as load_exported
from trainer.estimators.kmeans import KMeans as KMeans
from trainer.estimators.linear import BaselineClassifier as BaselineClassifier
from trainer.estimators.linear import BaselineRegressor as BaselineRegressor
from trainer.estimators.linear import LinearClassifier as LinearClassifier
from trainer.estimators.linear import LinearRegressor as LinearRegressor
from trainer.estimators.sklearn_manners import NotFittedError as NotFittedError
from trainer.estimators.spec import EstimatorSpec as EstimatorSpec
from trainer.estimators.train_and_evaluate import EvalSpec as EvalSpec
from trainer.estimators.train_and_evaluate import TrainSpec as TrainSpec
from trainer.estimators.train_and_evaluate import train_and_evaluate as train_and_evaluate
from trainer.estimators.trees import BoostedTreesClassifier as BoostedTreesClassifier
from trainer.estimators.trees import BoostedTreesRegressor as BoostedTreesRegressor
from trainer.estimators.warm_start import WarmStartSettings as WarmStartSettings
