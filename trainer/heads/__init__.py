"""Heads: from logits to loss, predictions and metrics.

>>> from trainer import heads
>>> heads.MultiClassHead(3, label_vocabulary=["cat", "dog", "owl"]).encode_labels(["owl", "cat"]).tolist()
[2, 0]
"""

from trainer.heads import losses as losses
from trainer.heads.base import Head as Head
from trainer.heads.binary import BinaryHead as BinaryHead
from trainer.heads.logistic_regression import LogisticRegressionHead as LogisticRegressionHead
from trainer.heads.multi_class import MultiClassHead as MultiClassHead
from trainer.heads.multi_head import MultiHead as MultiHead
from trainer.heads.multi_label import MultiLabelHead as MultiLabelHead
from trainer.heads.poisson import PoissonHead as PoissonHead
from trainer.heads.registry import HEADS as HEADS
from trainer.heads.regression import RegressionHead as RegressionHead
