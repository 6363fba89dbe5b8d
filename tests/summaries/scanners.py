"""Both scanners, for the tests that hold for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from summaries.columns import Columns, Tag
from summaries.portable_scan import PortableScanner, Scan
from summaries.scan import Scanner
from tests.summaries.compiled import skip_unless_built

MakeScanner = Callable[[Iterable[Tag]], Scanner]


def make_compiled(tags: Iterable[Tag] = ()) -> Scanner:
    from summaries._scan import Scanner as CompiledScanner

    return CompiledScanner(tags)


COMPILED = skip_unless_built("scan")
SCANNERS = [
    pytest.param(make_compiled, id="compiled", marks=COMPILED),
    pytest.param(PortableScanner, id="portable"),
]


@dataclass(frozen=True)
class Found:
    """All that a scanner gave."""

    scan: Scan
    columns: Columns
    tags: tuple[Tag, ...]


def scan_all(
    make_scanner: MakeScanner, data: bytes, *, offset: int = 0, is_growing: bool = False, tags: Iterable[Tag] = ()
) -> Found:
    scanner = make_scanner(tags)
    scan = scanner.scan(data, offset=offset, is_growing=is_growing)
    return Found(scan, scanner.take(), scanner.tags)


def describe(columns: Columns) -> list[object]:
    """Columns as values that compare; NaN is equal to NaN."""
    arrays = [repr(value.tolist()) for value in vars(columns).values() if isinstance(value, np.ndarray)]
    return [*arrays, [(purge.step, purge.rows.tolist(), purge.blob_rows.tolist()) for purge in columns.purges]]
