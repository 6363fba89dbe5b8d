"""Prints ours beside the peers, measured in one run: ``make bench``, or ``make bench ARGS=writing``."""

from __future__ import annotations

import importlib
import platform
import sys

NAMES = ("writing", "beside", "reading", "training", "opening")


def main(names: list[str]) -> None:
    """Measures the named parts and prints one table."""
    sys.stdout.write(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}\n\n")
    sys.stdout.write("| what | ours | peer | ratio | goal |\n|---|---|---|---|---|\n")
    for name in names or NAMES:
        for row in importlib.import_module(f"tests.benchmarks.{name}").measure():
            sys.stdout.write(row.to_markdown() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
