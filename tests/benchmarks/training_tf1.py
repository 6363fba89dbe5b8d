"""The original: tf.estimator of TensorFlow 2.15.1, the last that has it, in an environment of its own."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs

from tests.benchmarks.training_peers import Fit
from tests.benchmarks.training_problems import Problem

PACKAGES = ("tensorflow-cpu==2.15.1", "tensorflow-estimator==2.15.0")
SCRIPT = Path(__file__).with_name("tf1_estimator.py")
FOLDER = Path(platformdirs.user_cache_dir("trainboard")) / "benchmarks" / "tf215"


def find_python() -> str | None:
    """The environment's Python; makes it at the first call (1.5 GB), and says so if it cannot."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        python311 = shutil.which("python3.11")
        if python311 is None:
            sys.stderr.write("Skipped tf.estimator: TensorFlow 2.15 needs python3.11 on the PATH.\n")
            return None
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        commands = ([python311, "-m", "venv", str(FOLDER)], [str(python), "-m", "pip", "install", "-q", *PACKAGES])
        if any(subprocess.run(command, check=False).returncode for command in commands):
            shutil.rmtree(FOLDER, ignore_errors=True)
            sys.stderr.write("Skipped tf.estimator: TensorFlow 2.15.1 could not be installed.\n")
            return None
    return str(python)


@contextlib.contextmanager
def tf_estimator(problem: Problem) -> Iterator[Fit | None]:
    """A process that fits at each call; None where there is no TensorFlow 2.15."""
    python = find_python()
    if python is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "problem.npz"
        np.savez(
            data,
            features=problem.features,
            labels=problem.labels,
            hidden=np.array(problem.hidden, int),
            batch_size=problem.batch_size,
            steps=problem.steps,
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        with subprocess.Popen([python, str(SCRIPT), str(data)], **pipes) as process:

            def fit() -> float:
                process.stdin.write("fit\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            try:
                yield fit
            finally:
                process.stdin.close()
