"""docs/writers.md: how many values of each kind by each writer were compared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.writers.contract import Writer
from tests.writers.forms import COMPARISONS
from tests.writers.ours import list_run_folders
from tests.writers.theirs import read_run

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "writers.md"
OTHERS = "others"
COLUMNS = (*COMPARISONS, OTHERS)

HEADING = """# Whose files are read exactly

Each number is how many values the tests read with our reader and with TensorBoard's own loader, record by record, and
found equal: tag, metadata, step, wall time and value to the last bit, pictures to the pixel, sounds to the sample.
*Others* are kinds that have no decoder here and are compared as bytes. Files by writers that need TensorFlow lie in
`tests/fixtures`, made by `scripts/make_fixtures.py`; the others write in the tests.

`tests/writers` compares; `python -m tests.writers` writes this page, after `make test-peers` has installed all writers.

"""


def find_column(kind: str) -> str:
    """The column of the table in which a kind is counted."""
    return kind if kind in COMPARISONS else OTHERS


def count_values(logdir: Path) -> Counter[str]:
    """How many values TensorBoard's loader finds in a logdir, by column of the table."""
    counts: Counter[str] = Counter()
    for folder in list_run_folders(logdir):
        for series in read_run(folder).values():
            counts[find_column(series.kind)] += len(series.points)
    return counts


def make_cells(counts: Counter[str]) -> str:
    """The part of a row that tells the counts."""
    return " | ".join(str(counts[column] or "–") for column in COLUMNS)


def make_row(writer: Writer, versions: dict[str, str], counts: Counter[str]) -> str:
    """A row of the table."""
    names = ", ".join(f"{package} {number}" for package, number in versions.items())
    return f"| {writer.title} | {names} | {make_cells(counts)} |"


def make_page(rows: list[str]) -> str:
    """The whole page."""
    titles = " | ".join(column.replace("_", " ") for column in COLUMNS)
    ruler = "|---|---|" + "--:|" * len(COLUMNS)
    return HEADING + "\n".join([f"| writer | versions | {titles} |", ruler, *rows]) + "\n"
