"""What is wrong with an event file, and why there is nothing to see, in the words of page and `board inspect`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from summaries import FileHealth, Problem, show_path
from summaries.kinds import RUN_KINDS

_NOUNS = {
    "scalars": ("a scalar", "scalars"),
    "histograms": ("a histogram", "histograms"),
    "images": ("an image", "images"),
    "audio": ("a sound", "sounds"),
    "text": ("a text", "texts"),
    "graphs": ("a graph", "graphs"),
    "tensors": ("a tensor", "tensors"),
    "mesh": ("a part of a mesh", "parts of meshes"),
    "pr_curves": ("a PR curve", "PR curves"),
    "custom_scalars": ("a layout of charts", "layouts of charts"),
    "tables": ("a table", "tables"),
    "plotly": ("a Plotly figure", "Plotly figures"),
    "confusion_matrices": ("a confusion matrix", "confusion matrices"),
}
_MAX_RUNS = 3


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


def capitalize(sentence: str) -> str:
    """A sentence with a capital letter at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def add_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Values of each kind in several files together; scalars come first, then what there is most of."""
    total = Counter[str]()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (item[0] != "scalars", -item[1], item[0])))


def describe_counts(counts: Mapping[str, int]) -> str:
    """What was logged, apart from what runs say of themselves; "" for nothing.

    >>> describe_counts({"scalars": 1_200, "images": 3, "graphs": 1, "status": 2})
    '1,200 scalars, 3 images and a graph'
    """
    items = [_count_noun(kind, count) for kind, count in counts.items() if count and kind not in RUN_KINDS]
    return items[0] if len(items) == 1 else " and ".join([", ".join(items[:-1]), *items[-1:]]) if items else ""


def _count_noun(kind: str, count: int) -> str:
    one, many = _NOUNS.get(kind, (f"a value of kind {kind}", f"values of kind {kind}"))
    return one if count == 1 else f"{count:,} {many}"


def explain_nothing(kind: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Why a page shows nothing of some runs.

    >>> explain_nothing("scalars", {"x": {"images": 3, "graphs": 1}})
    'Run `x` holds no scalars: it logged 3 images and a graph.'

    Args:
        kind: What the page shows.
        counts: For each run, values of each kind.
    """
    what = _NOUNS.get(kind, ("", f"values of kind {kind}"))[1]
    sentences = [
        f"Run `{run}` holds no {what}: {_say_logged(held)}." for run, held in counts.items() if not held.get(kind)
    ]
    more = len(sentences) - _MAX_RUNS
    if more > 1:
        sentences = [*sentences[:_MAX_RUNS], f"Nor do {more:,} other runs."]
    return " ".join(sentences)


def _say_logged(counts: Mapping[str, int]) -> str:
    logged = describe_counts(counts)
    return f"it logged {logged}" if logged else "it logged nothing that a page shows"
