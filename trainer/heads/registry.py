"""The heads by class name; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.heads.binary import BinaryHead
from trainer.heads.logistic_regression import LogisticRegressionHead
from trainer.heads.multi_class import MultiClassHead
from trainer.heads.multi_head import MultiHead
from trainer.heads.multi_label import MultiLabelHead
from trainer.heads.poisson import PoissonHead
from trainer.heads.regression import RegressionHead

HEADS: dict[str, type[Any]] = {
    "BinaryHead": BinaryHead,
    "LogisticRegressionHead": LogisticRegressionHead,
    "MultiClassHead": MultiClassHead,
    "MultiHead": MultiHead,
    "MultiLabelHead": MultiLabelHead,
    "PoissonHead": PoissonHead,
    "RegressionHead": RegressionHead,
}
