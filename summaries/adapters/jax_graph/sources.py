"""The code behind an operation: its line, and the optimizer that it is part of."""

from __future__ import annotations

import os
import re
from typing import Any

# How optax writes a transformation: `scale_by_adam.<locals>.update_fn`.
_UPDATE = re.compile(r"(?P<transformation>\w+)\.<locals>\.update_fn$")


class Sources:
    """Finds lines and optimizers; equal tracebacks are looked at once."""

    def __init__(self, library_folders: tuple[str, ...]) -> None:
        """Takes the folders whose code should not be named if other code called it."""
        self._library_folders = library_folders
        self._folder = os.getcwd() + os.sep
        self._found: dict[Any, str] = {}
        self._transformations: dict[Any, str] = {}

    def find(self, traceback: Any) -> str:
        """`file:line` of the innermost code outside of libraries, else of the innermost outside of site-packages.

        Relative to the working directory where it lies below; empty if there is none.
        """
        if traceback is None:
            return ""
        if traceback not in self._found:
            self._found[traceback] = self._look(traceback)
        return self._found[traceback]

    def find_transformation(self, traceback: Any) -> str:
        """The innermost of optax's transformations that the code is in, as `scale_by_adam`; empty outside of one."""
        if traceback is None:
            return ""
        if traceback not in self._transformations:
            frames = (_UPDATE.search(frame.function_name) for frame in traceback.frames)
            self._transformations[traceback] = next((found["transformation"] for found in frames if found), "")
        return self._transformations[traceback]

    def _look(self, traceback: Any) -> str:
        other = ""
        for frame in traceback.frames:
            if "site-packages" in frame.file_name:
                continue
            line = f"{frame.file_name.removeprefix(self._folder)}:{frame.line_num}"
            if not frame.file_name.startswith(self._library_folders):
                return line
            other = other or line
        return other
