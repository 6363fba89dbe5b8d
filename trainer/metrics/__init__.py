"""Metrics: sums that add up over batches.

>>> import numpy as np
>>> from trainer import metrics
>>> round(float(metrics.accuracy(np.array([0, 1, 2, 3]), np.array([0, 1, 1, 3])).compute()), 3)
0.75
"""

from trainer.metrics.base import Mean as Mean
from trainer.metrics.base import Metric as Metric
from trainer.metrics.base import RootMean as RootMean
from trainer.metrics.base import mean as mean
from trainer.metrics.classification import accuracy as accuracy
from trainer.metrics.regression import mean_absolute_error as mean_absolute_error
from trainer.metrics.regression import root_mean_squared_error as root_mean_squared_error
