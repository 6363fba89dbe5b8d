"""Metrics: sums that add up over batches.

>>> import numpy as np
>>> from trainer import metrics
>>> round(float(metrics.accuracy(np.array([0, 1, 2, 3]), np.array([0, 1, 1, 3])).compute()), 3)
0.75
"""

from trainer.metrics.base import Figure as Figure
from trainer.metrics.base import Mean as Mean
from trainer.metrics.base import Metric as Metric
from trainer.metrics.base import RootMean as RootMean
from trainer.metrics.base import mean as mean
from trainer.metrics.classification import accuracy as accuracy
from trainer.metrics.classification import top_k_accuracy as top_k_accuracy
from trainer.metrics.collected import Collected as Collected
from trainer.metrics.collected import add_batch as add_batch
from trainer.metrics.collected import empty as empty
from trainer.metrics.collected import merge as merge
from trainer.metrics.confusion import class_report as class_report
from trainer.metrics.confusion import confusion_matrix as confusion_matrix
from trainer.metrics.counts import f1 as f1
from trainer.metrics.counts import precision as precision
from trainer.metrics.counts import recall as recall
from trainer.metrics.evaluation import Evaluation as Evaluation
from trainer.metrics.evaluation import compute as compute
from trainer.metrics.ranking import auc as auc
from trainer.metrics.ranking import ranking_report as ranking_report
from trainer.metrics.regression import mean_absolute_error as mean_absolute_error
from trainer.metrics.regression import r2 as r2
from trainer.metrics.regression import r2_of as r2_of
from trainer.metrics.regression import root_mean_squared_error as root_mean_squared_error
