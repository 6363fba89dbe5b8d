"""The programs of the README run as they stand, and log what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from summaries import load

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all of the README's programs log, run one after the other."""
    folder = tmp_path_factory.mktemp("readme")
    for program in PROGRAMS:
        subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, capture_output=True)
    return folder / "runs"


def test_ten_lines_log_every_step_and_the_graph(logdir: Path) -> None:
    run = load(logdir).runs["iris"]

    for tag in ("loss", "learning_rate", "grad_norm"):
        assert len(run.scalars[tag]) == 2000
    assert {"params/dense_0/kernel", "grads/dense_3/bias"} <= set(run.histograms)
    assert len(run.graphs) == 1


def test_writer_that_is_asked_for_everything_tells_it(logdir: Path) -> None:
    facts = load(logdir).runs["baseline"].facts

    assert (facts.info.name, facts.info.group, facts.hparams["optimizer.lr"]) == ("The baseline", "sweep 3", 1e-3)
    assert facts.environment is not None
    assert facts.status is not None
    assert facts.status.state == "finished"


def test_writer_of_the_readme_is_read_back_by_its_last_line(logdir: Path) -> None:
    values = load(logdir).runs["mine"].scalars["train/loss"].values

    assert values[[0, 1, 999]].tolist() == pytest.approx([1, 1 / 2, 1 / 1000])
