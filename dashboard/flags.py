"""Flags of TensorBoard that board does not have, and what to use instead."""

from __future__ import annotations

from collections.abc import Sequence

_ALWAYS = "board does so always: leave it out."
_NOTHING = "board has nothing that it would set: leave it out."
_ANSWERS = {
    "bind_all": "Use --host 0.0.0.0; the address that board then prints holds a token.",
    "db": "board reads event files only: use --logdir.",
    "db_import": "board reads event files only: use --logdir.",
    "detect_file_replacement": _ALWAYS,
    "event_file": "Use: board inspect FILE.",
    "extra_data_server_flags": _NOTHING,
    "generic_data": _NOTHING,
    "grpc_creds_type": _NOTHING,
    "grpc_data_provider": _NOTHING,
    "inspect": "Use: board inspect DIR.",
    "load_fast": "board has one reader, the fast one: leave it out.",
    "logdir_spec": "Use --logdir once for each, with names: --logdir name1=DIR1 name2=DIR2.",
    "max_reload_threads": "board finds out by itself: leave it out.",
    "purge_orphaned_data": "board keeps the points that a restart replaced, and shows them apart: leave it out.",
    "reload_multifile": _ALWAYS,
    "reload_multifile_inactive_secs": "board never stops to look at a file: leave it out.",
    "reload_task": "board is told of changes by the system: leave it out, or set how often it looks with "
    "--reload-interval.",
    "reuse_port": _NOTHING,
    "samples_per_plugin": "board keeps every point and draws all that show at the width of a plot: leave it out.",
    "tag": "Use: board inspect FILE --json, which tells of every tag.",
    "verbosity": "board says what went wrong, and nothing else: leave it out.",
    "version_tb": "Use --version.",
}


def find_answer(words: Sequence[str], flags: Sequence[str]) -> str | None:
    """Answers the first word that is a flag of TensorBoard and none of board.

    Args:
        words: Words of the command line.
        flags: The flags of board.

    >>> find_answer(["--path_prefix=/tb"], ["--path-prefix"])
    '--path_prefix is a flag of TensorBoard. Use --path-prefix.'
    """
    for word in words:
        flag = word.partition("=")[0]
        if not flag.startswith("--") or flag in flags:
            continue
        name = flag[2:].replace("-", "_")
        ours = f"--{name.replace('_', '-')}"
        answer = (
            _ANSWERS.get(name) or _ANSWERS.get(name.removeprefix("no")) or (f"Use {ours}." if ours in flags else "")
        )
        if answer:
            return f"{flag} is a flag of TensorBoard. {answer}"
    return None
