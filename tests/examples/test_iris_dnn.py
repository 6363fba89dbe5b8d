from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from summaries import load

ROOT = Path(__file__).resolve().parent.parent.parent


def run_example(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "examples/iris_dnn.py", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def iris(monkeypatch: pytest.MonkeyPatch) -> object:
    """The example as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    import iris_dnn

    return iris_dnn


def test_example_reaches_its_accuracy_and_prints_the_board_command(tmp_path: Path) -> None:
    logdir = tmp_path / "runs" / "iris_dnn"

    done = run_example("--logdir", str(logdir))

    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[2]) >= 0.93
    assert done.stdout.splitlines()[-1] == f"  board --logdir {logdir}"
    scalars = load(logdir).runs["."].scalars
    assert scalars["loss"].steps.tolist() == list(range(1, 2001))
    assert scalars["eval/accuracy"].values[-1] >= 0.93


def test_example_with_another_rate_in_the_same_logdir_says_what_to_do(tmp_path: Path) -> None:
    run_example("--logdir", str(tmp_path), "--steps", "5")

    again = run_example("--logdir", str(tmp_path), "--learning-rate", "0.5")

    assert again.returncode == 1
    assert "learning_rate must be what the run" in again.stderr
    assert "Traceback" not in again.stderr


def test_data_are_those_of_scikit_learn(iris: object) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    expected = datasets.load_iris()

    features, species = iris.load_iris()  # type: ignore[attr-defined]

    np.testing.assert_allclose(features, expected.data, rtol=1e-6)
    assert species.tolist() == expected.target_names[expected.target].tolist()


def test_accuracy_does_not_hang_on_one_seed(iris: object, tmp_path: Path) -> None:
    accuracies = [iris.train(tmp_path / str(seed), seed=seed) for seed in (1, 2)]  # type: ignore[attr-defined]

    assert min(accuracies) >= 0.93
