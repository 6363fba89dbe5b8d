"""Mutated files through both scanners: no exception, the same from both, nothing lost outside the damage."""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from summaries.portable_scan import PortableScanner
from summaries.reader import EventFileReader
from summaries.records import split_records
from tests.fuzz.mutate import damage, rewrite
from tests.summaries.scanners import describe, make_compiled

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
MAX_SEED_BYTES = 48 << 10
WINDOWS = (12, 100, 1000, 1 << 18)


@dataclass
class Counts:
    """What was tried.

    Attributes:
        trials: Mutated files, each read by both scanners, finished or growing, in windows of some size.
        num_bytes: Bytes in them.
        gaps: Problems that were told.
        records: Records that were read.
        secs: How long it took.
    """

    trials: int = 0
    num_bytes: int = 0
    gaps: int = 0
    records: int = 0
    secs: float = 0.0


def find_seeds(folder: Path = FIXTURES) -> list[bytes]:
    """The beginnings of real event files, cut behind a record."""
    seeds = []
    for path in sorted(folder.rglob("*tfevents*")):
        data = path.read_bytes()
        ends = [start + length + 4 for start, length in split_records(data, is_growing=False).payloads]
        seeds.append(data[: max((end for end in ends if end <= MAX_SEED_BYTES), default=0)])
    return [seed for seed in seeds if seed]


def run(path: Path, *, seed: int, max_trials: int, max_secs: float = float("inf")) -> Counts:
    """Tries mutated files, the same ones for the same seed.

    Args:
        path: A file to write them to.
        seed: Of the mutations.
        max_trials: How many files.
        max_secs: When to stop.

    Raises:
        AssertionError: If the scanners differ, or something sound is lost; the file stays at `path`.
    """
    counts, start = Counts(), time.monotonic()
    for number, (original, mutated) in enumerate(iter_files(seed)):
        counts.secs = time.monotonic() - start
        if number >= max_trials or counts.secs >= max_secs:
            return counts
        chance = random.Random(f"{seed} {number}")
        path.write_bytes(mutated)
        is_finished, window_bytes = chance.random() < 0.5, chance.choice(WINDOWS)
        compiled, portable = (
            read(path, member, is_finished=is_finished, window_bytes=window_bytes)
            for member in (make_compiled, PortableScanner)
        )
        assert compiled == portable, f"trial {number} of seed {seed}: the scanners differ"
        check_kept(original, mutated)
        counts.trials += 1
        counts.num_bytes += len(mutated)
        counts.gaps += len(compiled[-1].problems)
        counts.records += compiled[-1].num_records
    return counts


def iter_files(seed: int) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of a file and what became of it."""
    seeds = find_seeds()
    chance = random.Random(seed)
    while True:
        original = chance.choice(seeds)
        if chance.random() < 0.4:
            original = rewrite(original, chance)
        yield original, damage(original, chance) if chance.random() < 0.7 else original


def read(path: Path, make_scanner: object, *, is_finished: bool, window_bytes: int) -> tuple[object, ...]:
    """All that a reader tells of a file."""
    reader = EventFileReader(path, make_scanner=make_scanner, window_bytes=window_bytes)
    batch = reader.read(is_finished=is_finished)
    size = path.stat().st_size
    assert batch.health.num_bytes_read <= size
    assert batch.health.num_bytes_read == size or not is_finished
    return describe(batch), batch.tags, batch.health


def check_kept(original: bytes, mutated: bytes) -> None:
    """All records before the first changed byte and after the last one are found."""
    size, shift = min(len(original), len(mutated)), len(mutated) - len(original)
    begin = bisect_left(range(1, size + 1), True, key=lambda length: original[:length] != mutated[:length])
    num_same = bisect_left(range(1, size + 1), True, key=lambda length: original[-length:] != mutated[-length:])
    end = len(original) - min(num_same, size - begin)
    records = split_records(original, is_growing=False).payloads
    before = [place for place in records if sum(place) + 4 <= begin]
    after = [(start + shift, length) for start, length in records if start - 12 >= end]
    found = set(split_records(mutated, is_growing=False).payloads)
    assert found.issuperset(before)
    assert found.issuperset(after)
