"""Makes the `_pb2.py` and `_pb2.pyi` files from the `.proto` files: `python -m summaries.proto.generate`.

Needs grpcio-tools. What it writes does not depend on the version of grpcio-tools (1.76 and 1.85 were compared): the
code that protoc makes is the same but for a stamp of the oldest runtime it admits, and that is set here to the oldest
one the tests run with.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

OLDEST_PROTOBUF = (6, 31, 1)
"""Oldest protobuf runtime that loads the generated code; pyproject.toml asks for the same."""

_ROOT = Path(__file__).resolve().parents[2]
_TYPE_CHECKER_NOTE = '# mypy: disable-error-code="type-arg"\n'
_STAMP = re.compile(r"(_runtime_version\.Domain\.PUBLIC,\n)    \d+,\n    \d+,\n    \d+,\n")
_STAMP_COMMENT = re.compile(r"# Protobuf Python Version: [\d.]+")


def generate(folder: Path) -> list[Path]:
    """Writes the generated modules of all `.proto` files of this package.

    Args:
        folder: Where `summaries/proto/` is made; the root of the repository remakes what is committed.

    Returns:
        The files written, sorted.

    Raises:
        subprocess.CalledProcessError: If grpcio-tools is missing or a `.proto` file has an error.
    """
    sources = sorted(str(path.relative_to(_ROOT)) for path in Path(__file__).parent.glob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I.", f"--python_out={folder}", f"--pyi_out={folder}"]
    subprocess.run([*command, *sources], cwd=_ROOT, check=True)
    written = sorted((folder / "summaries" / "proto").glob("*_pb2.py*"))
    for path in written:
        note = _TYPE_CHECKER_NOTE if path.suffix == ".pyi" else ""
        path.write_text(note + _without_version(path.read_text(encoding="utf-8")), encoding="utf-8")
    return written


def _without_version(code: str) -> str:
    """Replaces what depends on the version of grpcio-tools."""
    major, minor, patch = OLDEST_PROTOBUF
    code = _STAMP.sub(rf"\g<1>    {major},\n    {minor},\n    {patch},\n", code)
    code = _STAMP_COMMENT.sub(f"# Protobuf Python Version: {major}.{minor}.{patch}", code)
    return code.replace(": _Optional[bool] = ...", ": bool = ...")


if __name__ == "__main__":
    generate(_ROOT)
