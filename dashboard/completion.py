"""The command ``board completion SHELL``: a script that lets a shell complete the words after ``board``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from dashboard import inspection
from dashboard.settings import make_parser as make_board_parser

NAME = "completion"
SHELLS = ("bash", "fish", "tcsh", "zsh")


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the words after ``board completion``."""
    parser = argparse.ArgumentParser(
        prog=f"board {NAME}",
        description="Write the script that lets a shell complete the words after board.",
        epilog='Example, for the running shell: eval "$(board completion bash)".',
    )
    parser.add_argument("shell", choices=SHELLS, help="The shell.")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Runs the command; returns its exit status."""
    import shtab

    shell = make_parser().parse_args(arguments).shell
    sys.stdout.write(shtab.complete(make_whole_parser(), shell))
    return 0


def make_whole_parser() -> argparse.ArgumentParser:
    """Makes the parser of ``board`` with its other commands, as scripts for shells are made from."""
    whole = make_board_parser()
    commands = whole.add_subparsers()
    for name, parser in ((inspection.NAME, inspection.make_parser()), (NAME, make_parser())):
        # shtab passes over a command without a help text.
        command = commands.add_parser(name, help=parser.description, parents=[parser], add_help=False)
        _complete_files(command)
    _complete_files(whole)
    return whole


def _complete_files(parser: argparse.ArgumentParser) -> None:
    import shtab

    for action in parser._actions:
        metavar = str(action.metavar)
        kind = shtab.FILE if "FILE" in metavar else shtab.DIRECTORY if "DIR" in metavar else None
        if kind is not None:
            action.complete = kind  # type: ignore[attr-defined]  # how shtab is told
