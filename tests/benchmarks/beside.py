"""What the writer costs the program beside it: its loop, its start, its memory, and what kill -9 takes from it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import summaries
from tests.benchmarks.kills import run_trial
from tests.benchmarks.row import Row

TAGS = [f"train/metric_{number:02d}" for number in range(20)]
STEP_SECS = 0.0012
STEPS = 500
REPEATS = 20
WITHIN = 1 / 1.08
CALLS = 10_000_000
MAX_IMPORT_MS, MAX_GROWTH_MB = 80.0, 4.0
KILLS = 2_000
PAUSES = 40


def measure() -> Iterator[Row]:
    """Yields the rows; the peer is the same program without logging, or the limit that was set."""
    yield from _measure_loop()
    yield from _measure_pauses()
    what = "`from summaries import SummaryWriter` beyond `import numpy`"
    yield Row(what, "ms", _measure_import(), "limit", MAX_IMPORT_MS, 1.0)
    growth = _measure_growth()
    yield Row(f"growth of memory over {CALLS:,} calls", "MB", growth, "limit", MAX_GROWTH_MB, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        trials = [run_trial(Path(folder, str(seed)), seed) for seed in range(KILLS)]
    promised, lost = (sum(getattr(trial, name) for trial in trials) for name in ("num_promised", "num_lost"))
    wrong = sum(not trial.is_sound for trial in trials)
    yield Row(f"{KILLS:,} × kill -9: lost of {promised:,} flushed values", "", lost, "limit", 0, 1.0)
    yield Row(f"{KILLS:,} × kill -9: files damaged before their end, or with doubles", "", wrong, "limit", 0, 1.0)


def _measure_loop() -> Iterator[Row]:
    """The median of many stretches, with and without logging in turns: a busy machine disturbs some of each."""
    num_rounds = _calibrate()
    stretches: tuple[list[np.ndarray], list[np.ndarray]] = [], []
    with tempfile.TemporaryDirectory() as folder, summaries.SummaryWriter(folder) as writer:
        for _ in range(REPEATS):
            stretches[0].append(_time_loop(num_rounds, writer))
            stretches[1].append(_time_loop(num_rounds, None))
    for share in (50, 99, 99.9):
        with_it, without = (median(float(np.percentile(times, share)) for times in kind) * 1e3 for kind in stretches)
        what = f"a loop of {STEP_SECS * 1e3:g} ms of Python that logs {len(TAGS)} scalars a step, p{share} of a step"
        yield Row(what, "ms", with_it, "no logging", without, WITHIN)


def _work(num_rounds: int) -> float:
    total = 0.0
    for number in range(num_rounds):
        total += number * 0.5
    return total


def _calibrate() -> int:
    times = []
    for _ in range(50):
        start = time.perf_counter()
        _work(10_000)
        times.append(time.perf_counter() - start)
    return int(10_000 * STEP_SECS / min(times))


def _time_loop(num_rounds: int, writer: Any) -> np.ndarray:
    times = np.empty(STEPS)
    for step in range(STEPS):
        start = time.perf_counter()
        loss = _work(num_rounds)
        if writer is not None:
            for tag in TAGS:
                writer.add_scalar(tag, loss, step)
        times[step] = time.perf_counter() - start
    return times


def _measure_pauses() -> Iterator[Row]:
    """The longest time that a loop of Python stands still while the writer's thread encodes one thing.

    The lower quartile of many: what the machine's other work adds to some of them is not the writer's.
    """
    draw = np.random.default_rng(0).random
    values, image, frames = (
        draw(shape, dtype=np.float32) for shape in ((1_000_000,), (3, 1024, 1024), (1, 8, 3, 128, 128))
    )
    switch_ms = sys.getswitchinterval() * 1e3
    logged: dict[str, tuple[Callable[[Any], None], str, float]] = {
        "histogram of 1 M float32": (lambda writer: writer.add_histogram("h", values), "limit", 1.0),
        "noise image of 1024 × 1024": (lambda writer: writer.add_image("i", image), "a thread's turn", switch_ms),
        "noise video of 8 × 128 × 128": (lambda writer: writer.add_video("v", frames), "a thread's turn", switch_ms),
    }
    with tempfile.TemporaryDirectory() as folder, summaries.SummaryWriter(folder, heartbeat_secs=None) as writer:
        for what, (log, peer, limit) in logged.items():
            ours = 1e3 * float(np.percentile([_find_pause(writer, log) for _ in range(PAUSES)], 25))
            yield Row(f"longest pause of a loop of Python while a {what} is written", "ms", ours, peer, limit, 1.0)


def _find_pause(writer: Any, log: Callable[[Any], None]) -> float:
    is_looping = threading.Event()
    flushing = threading.Thread(target=lambda: is_looping.wait() and writer.flush())
    flushing.start()
    log(writer)
    is_looping.set()
    longest, last = 0.0, time.perf_counter()
    while flushing.is_alive():
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return longest


def _measure_import() -> float:
    """Milliseconds of the importing thread's processor time, the least of several starts.

    Bytecode is cached, as after an installation. NumPy's own threads spin a while beside the import; they do not count.
    """
    least = {"from summaries import SummaryWriter": math.inf, "import numpy": math.inf}
    with tempfile.TemporaryDirectory() as cache:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for _ in range(20):
            for statement in least:
                code = f"import time; {statement}; print(time.thread_time())"
                done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
                least[statement] = min(least[statement], float(done.stdout))
    ours, numpy = least.values()
    return 1e3 * (ours - numpy)


_GROW = """
import sys
from summaries import SummaryWriter

def get_resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

writer = SummaryWriter(sys.argv[1])
num_calls, tags = int(sys.argv[2]), [f"tag/{number}" for number in range(10)]
for step in range(num_calls // 10):
    for tag in tags:
        writer.add_scalar(tag, 0.5, step)
    if step % 20_000 == 0:
        writer.flush()
    if step == num_calls // 100:
        before = get_resident_bytes()
writer.flush()
print(max(0, get_resident_bytes() - before))
"""


def _measure_growth() -> float:
    """Megabytes of resident memory, from a tenth of the calls to the last."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _GROW, folder, str(CALLS)]
        done = subprocess.run(command, capture_output=True, check=True)
    return int(done.stdout) / 2**20
