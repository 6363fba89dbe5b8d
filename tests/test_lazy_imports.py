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


CONFIGS = {
    "Sequential's": "layers.Sequential.from_config(layers.Sequential([layers.Dense(2, 'relu')]).get_config())",
    "Model's": "x = layers.Input((4,)); layers.to_config(layers.Model(x, layers.Dense(1)(x)))",
    "unseen": "layers.from_config({'class': 'Flatten', 'config': {}})",
    "column's": (
        "from trainer.feature_columns import DenseFeatures; "
        "column = {'class': 'NumericColumn', 'config': {'key': 'age'}}; "
        "DenseFeatures.from_config({'columns': [column]})"
    ),
}


@pytest.mark.parametrize("made", CONFIGS.values(), ids=CONFIGS.keys())
def test_configurations_name_what_was_not_imported_yet(made: str) -> None:
    subprocess.run([sys.executable, "-c", f"from trainer import layers; {made}"], check=True)


def test_name_of_a_layer_that_was_not_imported_yet_is_not_free() -> None:
    code = "from trainer.layers import register\n@register\nclass Dense: pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert "must be free; got 'Dense', which trainer.layers.dense_layer has" in done.stderr


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
