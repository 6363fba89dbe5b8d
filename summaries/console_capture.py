r"""What a program prints, kept for its run while it still appears where it did.

Synopsis:
    >>> import io, sys
    >>> capture, terminal, sys.stdout = ConsoleCapture(), sys.stdout, io.StringIO()
    >>> capture.start()
    >>> print("1 %", end=chr(13)); print("2 %")
    >>> capture.stop()
    >>> sys.stdout = terminal
    >>> capture.take()
    [ConsoleText(stream='stdout', text='2 %\n')]
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from summaries.kinds.console import STREAMS, ConsoleText

_MAX_CHARS = 1 << 20
"""Of what was printed between two calls of `take`, what is kept."""


class ConsoleCapture:
    """Keeps what is written to `sys.stdout` and `sys.stderr`. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may print while its thread is in here
        self._pid = os.getpid()
        self._pieces: list[tuple[str, str]] = []
        self._num_chars = 0
        self._copies: dict[str, _Copy] = {}

    def start(self) -> None:
        """Begins to keep what is printed from now on."""
        for name in STREAMS:
            if getattr(sys, name) is None:  # a program without a terminal
                continue
            copy = _Copy(getattr(sys, name), name, self)
            self._copies[name] = copy
            setattr(sys, name, copy)

    def stop(self) -> None:
        """Keeps no more. A stream that something else has replaced since stays as it is."""
        for name, copy in self._copies.items():
            copy.capture = None
            stream = getattr(sys, name)
            while isinstance(stream, _Copy) and stream.capture is None:  # other captures may have ended before this one
                stream = stream.stream
            setattr(sys, name, stream)

    def keep(self, stream: str, text: str) -> None:
        """Keeps a piece of output; in a forked child does nothing, where the lock may be left locked."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            if self._num_chars < _MAX_CHARS:
                self._pieces.append((stream, text))
            self._num_chars += len(text)

    def take(self, *, is_last: bool = True) -> list[ConsoleText]:
        """What was printed since the last call, in order; a line written over with carriage returns in its last state.

        Args:
            is_last: Whether a line that has not ended is to be given too; if not, it waits.
        """
        with self._lock:
            pieces, num_chars = self._pieces, self._num_chars
            self._pieces, self._num_chars = [], 0
            texts: list[tuple[str, str]] = []
            for stream, text in pieces:
                if texts and texts[-1][0] == stream:
                    text = texts.pop()[1] + text
                texts.append((stream, text))
            if texts and not is_last:
                texts[-1] = (texts[-1][0], self._hold_back(*texts[-1]))
        if num_chars > _MAX_CHARS:
            texts.append((STREAMS[1], f"[{num_chars - _MAX_CHARS} characters more were printed, and not kept]\n"))
        return [ConsoleText(stream, collapse(text)) for stream, text in texts if text]

    def _hold_back(self, stream: str, text: str) -> str:
        """`text` up to its last line end; the rest waits."""
        end = text.rfind("\n") + 1
        rest = collapse(text[end:])
        if rest:
            self._pieces, self._num_chars = [(stream, rest)], len(rest)
        return text[:end]


def collapse(text: str) -> str:
    """`text` as a terminal leaves it: of each line, what was written after its last carriage return."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


class _Copy:
    """Stands for a stream, and hands what is written on to a capture too."""

    def __init__(self, stream: Any, name: str, capture: ConsoleCapture) -> None:
        self.stream = stream
        self.capture: ConsoleCapture | None = capture
        self._stream_name = name

    def write(self, text: str) -> int:
        """Writes `text` where it was meant to go, and keeps it."""
        num_written: int = self.stream.write(text)
        if self.capture is not None:
            self.capture.keep(self._stream_name, text)
        return num_written

    def writelines(self, lines: Any) -> None:
        """Writes each of `lines`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
