"""What is wrong with an event file, in sentences: the page and `board inspect` say the same."""

from __future__ import annotations

from collections.abc import Iterator

from summaries import FileHealth, Problem, show_path


def describe_problems(health: FileHealth) -> list[str]:
    """What is wrong with an event file, a sentence each."""
    return [f"{show_path(health.path.name)}: {describe_problem(problem)}" for problem in health.problems]


def describe_problem(problem: Problem) -> str:
    """What is wrong at one place of a file; a place without a length is the file as a whole.

    >>> describe_problem(Problem(1_042, "the checksum of a record is wrong", 52))
    'the checksum of a record is wrong at byte 1,042; skipped 52 bytes.'
    """
    if not problem.num_bytes:
        return f"{problem.reason}."
    return f"{problem.reason} at byte {problem.offset:,}; skipped {problem.num_bytes:,} bytes."


def iter_sentences(health: FileHealth, num_bytes: int) -> Iterator[str]:
    """All there is to say of a file of `num_bytes` bytes that was read to its end."""
    places = map(describe_problem, health.problems)
    if not num_bytes:
        yield "the file is empty."
    elif not health.num_records and (health.problems or health.is_torn):
        yield next(places, f"the file ends inside the record at byte {health.num_bytes_read:,}.")
        yield "No record could be read: it may be a file of another kind."
    else:
        yield from places
        if health.is_torn:
            place = f"byte {health.num_bytes_read:,}"
            yield f"the file ends inside the record at {place}: it is still being written, or was cut short."
