"""What a user gets who types ``pip install .``: the command and the pages, without jax."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from summaries.members import PARTS

ROOT = Path(__file__).resolve().parent.parent
CODE = """
from summaries import SummaryWriter
with SummaryWriter("runs/a") as writer:
    writer.add_scalar("loss", 0.5, 0)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_plain_install_runs_the_board_without_jax(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", source], check=True)
    installed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    subprocess.run([python, "-c", CODE], cwd=tmp_path, check=True)

    command = [python.with_name("board"), "--logdir", "runs", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as board:
        address = re.search(r"board is ready at (\S+)", board.stdout.readline())[1]
        pages = [
            fetch(address + path) for path in ("", "data/runs", "static/js/session.js", "vendor/uplot/uPlot.esm.js")
        ]
        board.terminate()

    assert re.search(r"^(jax|torch|tensorflow)\b", installed, re.MULTILINE) is None
    assert "_dash-config" in pages[0]
    assert all(pages)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_build_without_a_compiler_leaves_the_compiled_members_out(tmp_path: Path) -> None:
    names = build_wheel(tmp_path, CC="false")

    assert "summaries/scan.py" in names
    assert [name for name in names if name.endswith(".so")] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_wheel_holds_the_compiled_members_and_what_they_are_made_of(tmp_path: Path) -> None:
    names = build_wheel(tmp_path)

    for part in PARTS:
        assert any(re.match(rf"summaries/_{part}\..*so$", name) for name in names)
        assert f"summaries/_{part}.pyx" in names
    for member in ("dashboard/api/_bodies", "trainer/estimators/_log_loss", "trainer/inputs/_examples"):
        assert any(re.match(rf"{member}\..*so$", name) for name in names)
        assert {f"{member}.pyi", f"{member}.pyx"} <= set(names)
    # A package without its stub cannot be imported.
    assert {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[st]*/**/__init__.pyi")} <= set(names)
    assert {"summaries/_crc32c.h", "summaries/_messages.pxi", "summaries/_scan.pyi"} <= set(names)
    sources = ("_choose.pxi", "_encode.pxi", "_marks.pxi")
    assert {f"dashboard/api/{name}" for name in sources} <= set(names)


def build_wheel(folder: Path, **environment: str) -> list[str]:
    """Builds a wheel of what is committed; the names of the files in it."""
    source = folder / "source"
    subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source]
    subprocess.run(command, env={**os.environ, **environment}, check=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()
