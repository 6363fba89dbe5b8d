"""Console: what a program printed.

One encoding: a JSON object, with plugin `console`; its step is whole seconds since the writer began. The texts of all
of them, one after the other, are what stood in the terminal; of a line that was written over with carriage returns,
the last state.
"""

from __future__ import annotations

from dataclasses import dataclass

from summaries.kinds.json_values import check_choice, make_record_kind

CONSOLE_TAG = "__run__/console"
STREAMS = ("stdout", "stderr")


@dataclass(frozen=True)
class ConsoleText:
    """A piece of output.

    Attributes:
        stream: `stdout` or `stderr`.
        text: What was printed, with its line ends.
    """

    stream: str
    text: str

    def __post_init__(self) -> None:
        check_choice("stream", self.stream, STREAMS)


CONSOLE = make_record_kind("console", ConsoleText)
