"""Opens a board on iris runs, one of which is still training.

You will see: the address of the page; within seconds six finished runs (three learning rates, two seeds each), and one
that grows for about ten minutes. That one is slowed down to 20 steps a second, by a hook that waits; at full speed its
12,000 steps would take less than a second. Ctrl-C ends everything; started again, the unfinished run goes on from where
it stood.

    python examples/demo.py --logdir runs --port 0 --no-open
"""

from __future__ import annotations

import argparse
import itertools
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from iris_dnn import train

from trainer.checkpoints import OtherRunError, saved_step
from trainer.hooks import Context, Hook, next_multiple

LEARNING_RATES = (0.001, 0.003, 0.01)
SEEDS = (0, 1)
FINISHED_STEPS = 2_000
LIVE_STEPS = 12_000
STEPS_PER_SEC = 20
LIVE_LEARNING_RATE = 2e-4  # slow enough that the curves still move after minutes


class SlowDown(Hook):
    """Waits between steps, so that there are so many a second; ends the training when the board has ended."""

    def __init__(self, steps_per_sec: int, board: subprocess.Popen[bytes]) -> None:
        self._secs = 1 / steps_per_sec
        self._board = board
        self._due = time.monotonic()

    def next_step(self, step: int) -> int | None:
        """Every fifth step: four pauses a second look like a smooth curve."""
        return next_multiple(step, 5)

    def run(self, context: Context) -> None:
        """Waits for what is left of the time of five steps."""
        self._due = max(self._due + 5 * self._secs, time.monotonic())
        time.sleep(max(0.0, self._due - time.monotonic()))
        if self._board.poll() is not None:
            context.stop("the board has ended")


def train_finished(folder: Path) -> None:
    """Trains the runs that are complete when the page is opened; those that are there already are left alone."""
    for learning_rate, seed in itertools.product(LEARNING_RATES, SEEDS):
        run = folder / f"lr={learning_rate}" / f"seed={seed}"
        train(run, learning_rate=learning_rate, seed=seed, steps=FINISHED_STEPS)


def train_live(folder: Path, board: subprocess.Popen[bytes]) -> None:
    """Trains the slow run, or goes on with it; when it is complete, the next one."""
    names = ("live" if number == 1 else f"live-{number}" for number in itertools.count(1))
    run = next(folder / name for name in names if (saved_step(folder / name) or 0) < LIVE_STEPS)
    print(f"{run} is training for about ten minutes; Ctrl-C ends it and the board.", flush=True)
    slow_down = SlowDown(STEPS_PER_SEC, board)
    train(run, learning_rate=LIVE_LEARNING_RATE, steps=LIVE_STEPS, interval=100, hooks=[slow_down])


def train_all(logdir: Path, board: subprocess.Popen[bytes]) -> None:
    """Trains all runs below `logdir`, in a folder of their own that holds no other configuration."""
    for number in itertools.count(1):
        folder = logdir / ("iris" if number == 1 else f"iris-{number}")
        try:
            train_finished(folder)
            if board.poll() is None:  # it ends at once where its port is taken
                train_live(folder, board)
        except OtherRunError:  # of an earlier version of this demo, or somebody's own
            continue
        return


def start_board(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Starts the board, which says on our own standard output when it is ready."""
    command = [sys.executable, "-m", "dashboard.cli", "--logdir", str(options.logdir)]
    command += [] if options.port is None else ["--port", str(options.port)]
    command += ["--open"] if options.open else []
    return subprocess.Popen(command)


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Makes SIGTERM end the demo as Ctrl-C does."""
    raise KeyboardInterrupt


def main() -> int:
    """Starts the board, trains while it serves, and ends with it; returns the board's exit status."""
    parser = argparse.ArgumentParser(description="Open a board on iris runs, one of which is still training.")
    parser.add_argument("--logdir", type=Path, default=Path("runs"), help="where the runs go")
    parser.add_argument("--port", type=int, help="port of the board; 0 takes any free one")
    parser.add_argument("--open", action=argparse.BooleanOptionalAction, default=True, help="open the web browser")
    options = parser.parse_args()
    # A run that is complete already is what we expect at the second start.
    logging.getLogger("trainer").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, interrupt)
    options.logdir.mkdir(parents=True, exist_ok=True)
    board = start_board(options)
    try:
        train_all(options.logdir, board)
        return board.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # who asks again need not be told that it is ending
        board.terminate()
        board.wait()


if __name__ == "__main__":
    sys.exit(main())
