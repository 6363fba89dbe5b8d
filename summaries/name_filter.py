"""Chooses runs and tags by their names.

Synopsis:
    >>> is_chosen = NameFilter(["train/*", "loss"])
    >>> is_chosen("train/acc"), is_chosen("loss"), is_chosen("val/loss"), NameFilter(None)("any")
    (True, True, False, True)
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection


class NameFilter:
    """Tells whether a name was asked for."""

    def __init__(self, asked: str | Collection[str] | None) -> None:
        """Makes a filter.

        Args:
            asked: Names or patterns as `train/*`, in which `*` stands for `/` too; None asks for all.
        """
        self._asked = None if asked is None else (asked,) if isinstance(asked, str) else tuple(asked)

    def __call__(self, name: str) -> bool:
        """Whether `name` was asked for."""
        return self._asked is None or any(name == asked or fnmatch.fnmatchcase(name, asked) for asked in self._asked)

    def may_concern(self, run: str) -> bool:
        """Whether `run`, a run above it or one below it may have been asked for: such are folded into each other."""
        if self._asked is None or run == "." or "." in self._asked:
            return True
        begins = [re.split(r"[*?[]", asked)[0] for asked in self._asked]
        return any(begin.startswith(f"{run}/") or f"{run}/".startswith(begin) for begin in begins)
