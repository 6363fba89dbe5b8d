"""Ten times the first corpus of `reading`, 2.6 GB: only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import corpora
from tests.benchmarks.reading import measure_corpus
from tests.benchmarks.row import Row


def measure() -> Iterator[Row]:
    """Yields the rows of the large corpus."""
    yield from measure_corpus(corpora.LARGE, repeats=2)
