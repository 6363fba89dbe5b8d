"""What can be set about a board, as data: flags, ``--help`` and the README's table are derived from it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from dashboard import __version__
from dashboard.flags import find_answer
from dashboard.hosts import is_loopback
from summaries import AnyPath, Logdir, parse_logdirs, show_path

DEFAULT_PORT = 6006
_TYPES: dict[str, Callable[[str], Any]] = {"int | None": int, "float": float}
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


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
    reload_interval: float = _setting(
        "Seconds between two looks at logdirs whose system does not tell of changes, as network drives and object "
        "stores.",
        default=1.0,
        metavar="SECS",
    )
    path_prefix: str = _setting(
        "Path below which the board is served, as `/board`, behind a reverse proxy; the proxy may pass it on or take "
        "it off.",
        default="",
        metavar="PATH",
    )
    allow_host: Sequence[str] = _setting(
        "Names of reverse proxies before the board, as browsers write them. Only this machine's own names are answered "
        "otherwise.",
        default=(),
        metavar="NAME",
    )
    token_file: str | None = _setting(
        "File with the token that a browser or program must bring. Left out: a new one at each start if others can "
        "reach --host, else none.",
        default=None,
        metavar="FILE",
    )
    certfile: str | None = _setting(
        "Certificate to serve over HTTPS with, as PEM, and those of its issuers.", default=None, metavar="FILE"
    )
    keyfile: str | None = _setting(
        "Private key of --certfile. Left out: --certfile holds it.", default=None, metavar="FILE"
    )
    window_title: str = _setting("Title of the browser's window.", default="board", metavar="TITLE")
    read_only: bool = _setting(
        "Change nothing in the logdir, nor what people add to its runs, through the page. The index is written "
        "all the same: it is a cache, and lies elsewhere.",
        default=False,
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
        return show_path("\n".join(logdir.key for logdir in self.logdirs))

    @property
    def is_shared(self) -> bool:
        """Whether others than the users of this machine may see the board; it asks for a token then."""
        return self.token_file is not None or not is_loopback(self.host)

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
        "board inspect FILE|DIR. To have the shell complete these words: board completion bash|fish|tcsh|zsh.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"board {__version__}")
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
    # Without a default list: argparse would append to it.
    repeated: dict[str, Any] = {"nargs": "+", "action": "extend"} if "Sequence" in str(setting.type) else {}
    parser.add_argument(
        flag_name(setting),
        required=setting.default is MISSING,
        default=None if setting.default is MISSING or repeated else setting.default,
        metavar=setting.metadata["metavar"] or setting.name.upper(),
        type=_TYPES.get(str(setting.type), str),
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
    answer = find_answer(sys.argv[1:] if arguments is None else arguments, list(parser._option_string_actions))
    if answer is not None:
        parser.error(answer)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    given["path_prefix"] = given["path_prefix"].rstrip("/")
    settings = Settings(**given)
    problem = next(_find_problems(settings), None)
    if problem is not None:
        parser.error(problem)
    return settings


def _find_problems(settings: Settings) -> Iterator[str]:
    if settings.port is not None and not 0 <= settings.port <= 65535:
        yield f"--port must be between 0 and 65535; got {settings.port}. Leave it out to take a free one."
    if not 0.1 <= settings.reload_interval <= 3600:
        yield f"--reload-interval must be from 0.1 to 3600 seconds; got {settings.reload_interval}. Leave it out for 1."
    if not _PREFIX.fullmatch(settings.path_prefix):
        rule = "must begin with a slash and hold letters, digits and any of / . _ ~ - only"
        yield f"--path-prefix {rule}; got {settings.path_prefix!r}. Pass the path of the board at the proxy, as /board."
    if settings.path_prefix.split("/")[1:2] == ["data"]:
        rule = "must not begin with /data, where the board's own data are"
        yield f"--path-prefix {rule}; got {settings.path_prefix!r}. Pass another, as /board."
    if settings.keyfile is not None and settings.certfile is None:
        yield "--keyfile must come with --certfile; got it alone. Pass the certificate too."
    try:
        files = [logdir.label for logdir in settings.logdirs if os.path.isfile(logdir.path)]
    except ValueError as error:
        yield f"--logdir: {error}"
        return
    if files:
        yield f"--logdir must be a folder; got the file {files[0]!r}. Pass the folder that holds it."


def settings_table() -> str:
    """The settings as a Markdown table, as the README shows it."""
    rows = ["| flag | default | meaning |", "|---|---|---|"]
    for setting in fields(Settings):
        default = "required" if setting.default is MISSING else _default_text(setting.default)
        rows.append(f"| `{flag_name(setting)}` | {default} | {setting.metadata['help']} |")
    return "\n".join(rows)


def _default_text(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return f"`{default}`" if default or default == 0 else "–"
