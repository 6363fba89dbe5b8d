"""The compiled scanner."""

from collections.abc import Iterable

from summaries.columns import Columns, Tag
from summaries.portable_scan import Scan

HAS_INSTRUCTION: bool

def crc32c(data: bytes, *, by_table: bool = False) -> int: ...

class Scanner:
    def __init__(self, tags: Iterable[Tag] = ()) -> None: ...
    @property
    def tags(self) -> tuple[Tag, ...]: ...
    def scan(self, data: bytes, *, offset: int, is_growing: bool, fault: str = "") -> Scan: ...
    def take(self) -> Columns: ...
