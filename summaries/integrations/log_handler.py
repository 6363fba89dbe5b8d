"""What a program says through `logging`, beside its curves.

Synopsis:
    >>> import logging, tempfile
    >>> from summaries import SummaryWriter, load
    >>> folder = tempfile.mkdtemp()
    >>> with SummaryWriter(folder) as writer:
    ...     handler = SummaryHandler(writer)
    ...     logger = logging.getLogger("training")
    ...     logger.addHandler(handler)
    ...     logger.warning("the loss is %s", "nan")
    ...     logger.removeHandler(handler)
    >>> load(folder).runs["."].texts["log"][0]
    '**WARNING** training: the loss is nan'
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable

from summaries.writer import SummaryWriter


class SummaryHandler(logging.Handler):
    """Logs each record as a text, but not what the writer itself says. Thread-safe.

    The writer stays its owner's, who closes it.
    """

    def __init__(
        self,
        writer: SummaryWriter,
        tag: str = "log",
        level: int = logging.NOTSET,
        *,
        get_step: Callable[[], int] | None = None,
    ) -> None:
        """Says nothing yet; add it to a logger.

        Args:
            writer: Where the texts go.
            tag: Name of their series.
            level: What is below it is passed over.
            get_step: Gives the step of a text; None to count the records from 0.
        """
        super().__init__(level)
        self._writer = writer
        self._tag = tag
        self._get_step = get_step or itertools.count().__next__
        self.addFilter(lambda record: record.name.partition(".")[0] != "summaries")  # says that it cannot write
        self.setFormatter(logging.Formatter("**%(levelname)s** %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Logs one record; as all handlers do, it reports its own failures to `logging`, and raises none."""
        try:
            self._writer.add_text(self._tag, self.format(record), self._get_step(), walltime=record.created)
        except (OSError, RuntimeError, TypeError, ValueError):
            self.handleError(record)
