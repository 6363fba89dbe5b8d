"""Environments of peers whose packages do not fit beside those of the benchmark."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

FOLDER = Path(platformdirs.user_cache_dir("trainboard")) / "benchmarks"


@dataclass(frozen=True)
class Environment:
    """Packages beside those of the benchmark.

    Attributes:
        peer: Who needs them.
        folder: Where they are installed, in the cache.
        packages: What pip installs, 0.6 to 1.5 GB.
    """

    peer: str
    folder: str
    packages: tuple[str, ...]

    def find_python(self) -> str | None:
        """Its Python; makes the environment at the first call, and says so if it cannot."""
        folder = FOLDER / self.folder
        python = folder / "bin" / "python"
        if not python.exists():
            python311 = shutil.which("python3.11")
            if python311 is None:
                self.skip("its environment needs python3.11 on the PATH")
                return None
            folder.parent.mkdir(parents=True, exist_ok=True)
            commands = (
                [python311, "-m", "venv", str(folder)],
                [str(python), "-m", "pip", "install", "-q", *self.packages],
            )
            if any(subprocess.run(command, check=False).returncode for command in commands):
                shutil.rmtree(folder, ignore_errors=True)
                self.skip(f"{', '.join(self.packages)} could not be installed")
                return None
        return str(python)

    def skip(self, why: str) -> None:
        """Says in one sentence that the peer is not measured."""
        sys.stderr.write(f"Skipped {self.peer}: {why}.\n")
