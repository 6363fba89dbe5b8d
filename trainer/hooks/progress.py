"""Telling a person at a terminal, or a log, how far a training is."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import TextIO

from trainer.hooks.base import Context, Hook, Steps

BAR_WIDTH = 24
_LOG = logging.getLogger("trainer")


class LoggingHook(Hook):
    """Shows loss, rate and time left in a progress bar; where there is no terminal, logs a line now and then.

    A bar is drawn on standard error at most ten times a second; lines go to the logger ``trainer`` at level INFO.
    """

    def __init__(
        self,
        *,
        log_secs: float = 10.0,
        bar: bool | None = None,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes how often to log.

        Args:
            log_secs: Seconds between two lines.
            bar: Whether to draw a bar; None draws one where `stream` is a terminal.
            stream: Where to draw it; None is standard error.
            clock: Seconds.
        """
        self._stream = stream or sys.stderr
        self._is_bar = self._stream.isatty() if bar is None else bar
        self._secs = 0.1 if self._is_bar else log_secs
        self._clock = clock
        self._first_step = 0
        self._started: float | None = None
        self._told = clock()
        self._line = ""

    def begin(self, context: Context) -> None:
        """Starts the clock."""
        self._first_step = context.step
        self._started = None
        self._told = self._clock()

    def after_chunk(self, context: Context, steps: Steps) -> None:
        """Tells, if it is time."""
        now = self._clock()
        if self._started is None:
            self._started = now - steps.secs  # the time of the compiler says nothing of the steps to come
        values = {tag: float(steps.metrics[tag][-1]) for tag in ("loss",) if tag in steps.metrics}
        self._line = describe_progress(
            steps.last_step, context.last_step, steps.last_step - self._first_step, now - self._started, values
        )
        if now - self._told >= self._secs:
            self._told = now
            self._tell(steps.last_step, context.last_step)

    def end(self, context: Context) -> None:
        """Tells the last word."""
        if self._line:
            self._tell(context.step, context.last_step)
            if self._is_bar:
                self._stream.write("\n")
                self._stream.flush()

    def _tell(self, step: int, last_step: int | None) -> None:
        if not self._is_bar:
            _LOG.info("%s", self._line)
            return
        # From the line's start, and nothing of a longer line before stays.
        self._stream.write(f"\r{draw_bar(step, last_step)}{self._line}\x1b[K")
        self._stream.flush()


def describe_progress(step: int, last_step: int | None, num_steps: int, secs: float, values: dict[str, float]) -> str:
    """One line on a training.

    Args:
        step: Number of steps done.
        last_step: Where it ends; None if nobody knows.
        num_steps: Steps done in `secs`.
        secs: Seconds since the first of them began.
        values: To show, by tag.

    >>> describe_progress(1200, 2000, 1200, 60.0, {"loss": 0.5})
    'step 1,200 of 2,000, loss 0.5, 20 steps/s, 40 s left'
    """
    rate = num_steps / secs if secs > 0 else 0.0
    words = [f"step {step:,}" + ("" if last_step is None else f" of {last_step:,}")]
    words += [f"{tag} {value:.4g}" for tag, value in values.items()]
    words.append(f"{rate:,.3g} steps/s" if rate < 100 else f"{rate:,.0f} steps/s")
    if last_step is not None and rate > 0:
        words.append(f"{describe_secs((last_step - step) / rate)} left")
    return ", ".join(words)


def describe_secs(secs: float) -> str:
    """A time to wait, as people say it.

    >>> [describe_secs(secs) for secs in (4.4, 200, 8000)]
    ['4 s', '3 min 20 s', '2 h 13 min']
    """
    whole = round(secs)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def draw_bar(step: int, last_step: int | None) -> str:
    """A bar of `BAR_WIDTH` characters and a space; empty without an end.

    >>> draw_bar(50, 100)
    '████████████░░░░░░░░░░░░ '
    """
    if last_step is None:
        return ""
    filled = BAR_WIDTH * min(step, last_step) // max(last_step, 1)
    return "█" * filled + "░" * (BAR_WIDTH - filled) + " "
