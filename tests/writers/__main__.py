"""Writes docs/writers.md; all writers that run in the tests must be installed (`make test-peers` does so)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.writers.contract import find_logdir, find_versions
from tests.writers.registry import WRITERS
from tests.writers.table import PAGE, count_values, make_page, make_row


def main() -> None:
    """Lets every writer write, and counts what it wrote."""
    rows = []
    for name, writer in WRITERS.items():
        with tempfile.TemporaryDirectory() as folder:
            counts = count_values(find_logdir(name, writer, Path(folder)))
        rows.append(make_row(writer, find_versions(name, writer), counts))
    PAGE.write_text(make_page(rows))


if __name__ == "__main__":
    main()
