"""Holds that a package's members are imported when they are asked for, and that all can be."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = (
    "summaries",
    "trainer",
    "trainer.estimators",
    "trainer.feature_columns",
    "trainer.heads",
    "trainer.hooks",
    "trainer.layers",
    "trainer.metrics",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_hidden_by_no_module_of_its_name(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    modules = set(re.findall(r"^from \. import (\w+)", Path(f"{module.__file__}i").read_text(), re.M))

    for found in pkgutil.iter_modules(module.__path__):
        if found.name in module.__all__:
            importlib.import_module(f"{package}.{found.name}")  # which becomes an attribute of the package

    assert len(module.__all__) > 5
    assert {name for name in module.__all__ if inspect.ismodule(getattr(module, name))} == modules


def test_program_imports_what_it_uses_alone() -> None:
    code = (
        "import sys; from summaries import SummaryWriter; first = set(sys.modules);"
        "from trainer import DNNClassifier; print(*first, file=sys.stderr); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for_logging, for_training = set(done.stderr.split()), set(done.stdout.split())

    assert "summaries.writer" in for_logging
    assert for_logging.isdisjoint({"summaries.load", "summaries.tail", "jax", "trainer"})
    assert "trainer.layers.dense_layer" in for_training
    assert for_training.isdisjoint({"trainer.layers.conv", "trainer.estimators.trees", "trainer.layers.registry"})
