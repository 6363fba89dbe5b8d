"""Each example as a user starts it: it ends, says how good the model is, and leaves runs that the board reads."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from summaries.load import load

EXAMPLES = Path(__file__).parents[2] / "examples"
# The word in front of a number in the output, and the least that this must be.
FIGURES = {
    "iris_dnn.py": ("accuracy", 0.9),
    "iris_compose.py": ("model_fn .*accuracy", 0.9),
    "swap_estimators.py": ("DNNClassifier .*accuracy", 0.9),
    "wide_deep.py": ("accuracy", 0.8),
    "digits_cnn.py": ("accuracy", 0.96),
    "grid_search.py": ("accuracy", 0.93),
    "text_lstm.py": ("accuracy", 0.8),
    "fine_tune_keras.py": ("accuracy", 0.85),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_example_runs_and_tells_how_good_the_model_is(name: str, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    if "keras" in name:
        pytest.importorskip("keras")
    word, least = FIGURES[name]

    command = [sys.executable, str(EXAMPLES / name), "--logdir", str(tmp_path / "logs")]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=220).stdout

    found = re.search(rf"{word} ([0-9.]+)", output)
    assert found is not None
    assert float(found.group(1)) >= least
    assert "board --logdir" in output
    assert load(tmp_path).runs != {}


@pytest.mark.slow
def test_transformer_tells_few_bits_per_character_and_writes_on(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "tiny_transformer.py"), "--logdir", str(tmp_path / "logs")]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=220).stdout

    found = re.search(r"bits per character ([0-9.]+)", output)
    assert found is not None
    assert float(found.group(1)) <= 3.7  # a guess among all characters takes 6.6
    assert load(tmp_path).runs != {}
