"""Prints ours beside the peers, measured in one run: ``make bench``, or ``make bench ARGS=writing``."""

from __future__ import annotations

import argparse
import importlib
import platform
import sys
from pathlib import Path

from tests.benchmarks import corpora

NAMES = (
    "writing",
    "beside",
    "reading",
    "indexing",
    "querying",
    "run_queries",
    "training",
    "estimators",
    "opening",
    "serving",
    "run_panel",
    "scalars",
    "graph",
)
ON_REQUEST = ("reading_large",)
"""What takes too much of a disk to be measured unasked."""


def main() -> None:
    """Measures the named parts and prints one table."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; or {', '.join(ON_REQUEST)}")
    parser.add_argument("--corpora", type=Path, metavar="FOLDER", help="keep the logdirs that are read here")
    arguments = parser.parse_args()
    if arguments.corpora:
        corpora.keep_in(arguments.corpora)
    sys.stdout.write(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}\n\n")
    sys.stdout.write("| what | ours | peer | ratio | goal |\n|---|---|---|---|---|\n")
    for name in arguments.names or NAMES:
        for row in importlib.import_module(f"tests.benchmarks.{name}").measure():
            sys.stdout.write(row.to_markdown() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
