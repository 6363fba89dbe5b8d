"""The command ``board inspect FILE|DIR``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard.inspection.report import Report, inspect
from dashboard.inspection.text import to_text
from summaries.logdirs import show_path

NAME = "inspect"
NOTHING_READ, BAD_USE = 1, 2
"""Exit statuses beside 0."""


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the words after ``board inspect``."""
    parser = argparse.ArgumentParser(
        prog=f"board {NAME}",
        description="Tell what event files hold, what is wrong with them, and what the logdirs' index takes.",
        epilog=f"The exit status is {NOTHING_READ} if not one record could be read, and {BAD_USE} if there is no such "
        "file or folder.",
    )
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR", help="Event files and logdirs; these as of --logdir.")
    parser.add_argument("--json", action="store_true", help="Write all of it as JSON: every tag of every file.")
    parser.add_argument(
        "--index", metavar="DIR|off", help="Folder of indexes; off for none. Left out: the user's cache folder."
    )
    return parser


def main(arguments: Sequence[str]) -> int:
    """Runs the command; returns its exit status."""
    parsed = make_parser().parse_args(arguments)
    try:
        report = inspect(parsed.paths, parsed.index)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"board {NAME}: {error}\n")
        return BAD_USE
    sys.stdout.write(json.dumps(to_json(report), indent=2) + "\n" if parsed.json else to_text(report))
    return 0 if report.has_data else NOTHING_READ


def to_json(report: Report) -> dict[str, Any]:
    """The fields of the report, all the way down; what is not known is null."""
    converted: dict[str, Any] = _convert(dataclasses.asdict(report))
    return converted


def _convert(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _convert(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_convert(member) for member in value]
    if isinstance(value, Path):
        return show_path(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
