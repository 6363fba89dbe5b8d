"""TensorFlow 1.0's layers and estimators on JAX and Optax, with everything logged.

>>> import numpy as np
>>> from trainer import DNNClassifier
>>> features = np.linspace(-1, 1, 40).reshape(20, 2)
>>> model = DNNClassifier([8], learning_rate=0.05, random_state=0).fit(features, features[:, 0] > 0, steps=200)
>>> model.score(features, features[:, 0] > 0)
1.0
"""

from trainer import summary as summary
from trainer.estimators import BaselineClassifier as BaselineClassifier
from trainer.estimators import BaselineRegressor as BaselineRegressor
from trainer.estimators import BestExporter as BestExporter
from trainer.estimators import BoostedTreesClassifier as BoostedTreesClassifier
from trainer.estimators import BoostedTreesRegressor as BoostedTreesRegressor
from trainer.estimators import DNNClassifier as DNNClassifier
from trainer.estimators import DNNLinearCombinedClassifier as DNNLinearCombinedClassifier
from trainer.estimators import DNNLinearCombinedRegressor as DNNLinearCombinedRegressor
from trainer.estimators import DNNRegressor as DNNRegressor
from trainer.estimators import Estimator as Estimator
from trainer.estimators import EstimatorSpec as EstimatorSpec
from trainer.estimators import EvalSpec as EvalSpec
from trainer.estimators import ExportedModel as ExportedModel
from trainer.estimators import FinalExporter as FinalExporter
from trainer.estimators import KMeans as KMeans
from trainer.estimators import LatestExporter as LatestExporter
from trainer.estimators import LinearClassifier as LinearClassifier
from trainer.estimators import LinearRegressor as LinearRegressor
from trainer.estimators import NotFittedError as NotFittedError
from trainer.estimators import TrainSpec as TrainSpec
from trainer.estimators import WarmStartSettings as WarmStartSettings
from trainer.estimators import load_exported as load_exported
from trainer.estimators import train_and_evaluate as train_and_evaluate
from trainer.protocols import Batch as Batch
from trainer.protocols import Mode as Mode
from trainer.protocols import Network as Network
from trainer.run_config import RunConfig as RunConfig
