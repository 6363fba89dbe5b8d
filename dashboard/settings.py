"""What can be set about a board, as data: flags, ``--help`` and the README's table are derived from it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from summaries import AnyPath, Logdir, parse_logdirs

DEFAULT_PORT = 6006


def _setting(help_text: str, *, default: Any = MISSING, metavar: str | None = None) -> Any:
    """Declares one setting; a setting without a default must be given."""
    metadata = {"help": help_text, "metavar": metavar}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Everything that ``board`` can be told. Each field is one flag of the same name."""

    logdir: AnyPath | Sequence[AnyPath] = _setting(
        "Folder given to SummaryWriter; each folder in it that holds event files is a run. It may be created later. "
        "Also `name=DIR`, a pattern as `'runs/2024-*'`, an address as `s3://bucket/runs`, or several of these.",
        metavar="DIR",
    )
    host: str = _setting("Address to listen on. The default is reachable from this machine only.", default="127.0.0.1")
    port: int | None = _setting(
        f"Port to listen on; 0 takes any free one. Left out: {DEFAULT_PORT}, or the next free one after it.",
        default=None,
    )
    index: str | None = _setting(
        "Folder of indexes, which make opening a logdir again cost only what is new; off for none. They may be deleted "
        "at any time. Left out: the user's cache folder.",
        default=None,
        metavar="DIR|off",
    )
    open: bool = _setting("Open the page in the default web browser.", default=False)

    @property
    def logdirs(self) -> tuple[Logdir, ...]:
        """The logdirs, as they are understood.

        Raises:
            ValueError: If `logdir` is not one.
        """
        return parse_logdirs(self.logdir)

    @property
    def logdir_key(self) -> str:
        """What tells the logdirs from all others. Event files are known by their paths, so each name of one counts."""
        return "\n".join(logdir.key for logdir in self.logdirs)

    @property
    def logdir_label(self) -> str:
        """The logdirs as the page names them."""
        return ", ".join(logdir.label for logdir in self.logdirs)


def flag_name(setting: Field[Any]) -> str:
    """The flag of a field of `Settings`: ``--logdir`` for ``logdir``."""
    return "--" + setting.name.replace("_", "-")


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the ``board`` command from the fields of `Settings`."""
    parser = argparse.ArgumentParser(
        prog="board",
        description="Open the training logs of a folder in a live web page.",
        epilog="Example: board --logdir runs/. To see what event files hold, and what is wrong with them: "
        "board inspect FILE|DIR.",
    )
    for setting in fields(Settings):
        _add_flag(parser, setting)
    return parser


def _add_flag(parser: argparse.ArgumentParser, setting: Field[Any]) -> None:
    common = {"help": setting.metadata["help"], "dest": setting.name}
    if setting.type == "bool":
        parser.add_argument(
            flag_name(setting), action=argparse.BooleanOptionalAction, default=setting.default, **common
        )
        return
    repeated: dict[str, Any] = {"nargs": "+", "action": "extend"} if "Sequence" in str(setting.type) else {}
    parser.add_argument(
        flag_name(setting),
        required=setting.default is MISSING,
        default=None if setting.default is MISSING else setting.default,
        metavar=setting.metadata["metavar"] or setting.name.upper(),
        type=int if setting.type == "int | None" else str,
        **repeated,
        **common,
    )


def parse_settings(arguments: Sequence[str] | None = None) -> Settings:
    """Reads settings from command-line arguments.

    Args:
        arguments: The words after ``board``; None reads ``sys.argv``.

    Raises:
        SystemExit: With status 2 and a message on stderr, if the arguments are off.
    """
    parser = make_parser()
    parsed = parser.parse_args(arguments)
    if parsed.port is not None and not 0 <= parsed.port <= 65535:
        parser.error(f"--port must be between 0 and 65535; got {parsed.port}. Leave it out to take a free one.")
    settings = Settings(**vars(parsed) | {"logdir": tuple(parsed.logdir)})
    try:
        files = [logdir.label for logdir in settings.logdirs if os.path.isfile(logdir.path)]
    except ValueError as error:
        parser.error(f"--logdir: {error}")
    if files:
        parser.error(f"--logdir must be a folder; got the file {files[0]!r}. Pass the folder that holds it.")
    return settings


def settings_table() -> str:
    """The settings as a Markdown table, as the README shows it."""
    rows = ["| flag | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        default = "required" if setting.default is MISSING else _default_text(setting.default)
        rows.append(f"| `{flag_name(setting)}` | {default} | {setting.metadata['help']} |")
    return "\n".join(rows)


def _default_text(default: object) -> str:
    words = {None: "–", False: "off", True: "on"}
    return words[default] if isinstance(default, bool) or default is None else f"`{default}`"
