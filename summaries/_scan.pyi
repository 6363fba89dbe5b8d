"""The compiled scanner."""

from collections.abc import Iterable

from summaries.columns import Columns, Tag
from summaries.portable_scan import Bytes, Scan

HAS_INSTRUCTION: bool
INTERFACE: int

def crc32c(data: bytes, *, by_table: bool = False) -> int: ...

class Scanner:
    @property
    def num_odd_records(self) -> int: ...
    def __init__(self, tags: Iterable[Tag] = ()) -> None: ...
    @property
    def tags(self) -> tuple[Tag, ...]: ...
    def scan(self, data: Bytes, *, offset: int, is_growing: bool, fault: str = "") -> Scan: ...
    def take(self) -> Columns: ...
