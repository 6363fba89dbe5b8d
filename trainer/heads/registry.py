"""The heads by class name; one line a member."""

from __future__ import annotations

from typing import Any

from trainer.heads.binary import BinaryHead
from trainer.heads.multi_class import MultiClassHead
from trainer.heads.regression import RegressionHead

HEADS: dict[str, type[Any]] = {
    "BinaryHead": BinaryHead,
    "MultiClassHead": MultiClassHead,
    "RegressionHead": RegressionHead,
}
