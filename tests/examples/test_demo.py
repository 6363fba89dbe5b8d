from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from summaries import load

ROOT = Path(__file__).resolve().parent.parent.parent
FINISHED = {f"iris/lr={rate}/seed={seed}" for rate in ("0.001", "0.003", "0.01") for seed in (0, 1)}


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the demo on tmp_path / "runs"."""
    demos: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "examples/demo.py", "--logdir", str(tmp_path / "runs"), "--port", "0", "--no-open"]
        demos.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return demos[-1]

    yield start
    for demo in demos:
        demo.kill()
        demo.wait()
        demo.stdout.close()  # type: ignore[union-attr]


def read_until(demo: subprocess.Popen[str], pattern: str) -> str:
    """The first line that holds `pattern`."""
    return next(line for line in demo.stdout if re.search(pattern, line))  # type: ignore[union-attr]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_serves_finished_runs_and_a_live_one_until_it_is_ended(
    start_demo: Callable[[], subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    demo = start_demo()
    address = re.search(r"http://\S+/", read_until(demo, "board is ready at"))
    assert address is not None
    with urllib.request.urlopen(address[0]) as response:
        assert response.status == 200
    read_until(demo, "live is training")

    demo.send_signal(number)

    assert demo.wait(timeout=20) == 0
    assert set(load(tmp_path / "runs").runs) - {"iris/live"} == FINISHED
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address[0])


def test_demo_started_again_goes_on_where_it_stood(
    start_demo: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    for _ in range(2):
        demo = start_demo()
        read_until(demo, "live is training")
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=20)

    assert set(load(tmp_path / "runs").runs) - {"iris/live"} == FINISHED
    assert load(tmp_path / "runs").runs["iris/lr=0.01/seed=0"].scalars["loss"].steps[-1] == 2000
