"""Writers before a writer: one that puts a prefix before tags, one that lets through every so often.

Synopsis:
    >>> import tempfile
    >>> from summaries import SummaryWriter, load
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     train = writer.child("train")
    ...     for number in range(6):
    ...         with writer.step(number):
    ...             train.add_scalar("loss", 0.5)
    ...             train.every(3).add_scalar("rate", 0.1)
    >>> scalars = load(writer.log_dir).runs["."].scalars
    >>> len(scalars["train/loss"]), scalars["train/rate"].steps
    (6, array([0, 3]))
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from summaries.values import step_in_block, to_step

if TYPE_CHECKING:
    from summaries.writer import SummaryWriter

_TAG_NAMES = ("tag", "main_tag")
_MANY_TAGS = {"add_scalars_at": "values", "add_scalars_block": "values", "add_histograms_at": "tags"}
_PREFIXED = ("add_", "describe", "define_metric")


class RateLimit:
    """Says of each tag when it is due again."""

    def __init__(self, num_steps: int | None, secs: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        """Every tag is due.

        Args:
            num_steps: How many steps must have gone by; None for any number.
            secs: How many seconds must have gone by; None for any number.
            clock: Seconds that only go forward.
        """
        self._num_steps, self._secs, self._clock = num_steps, secs, clock
        self._last: dict[str, tuple[int, float]] = {}

    def is_due(self, tag: str, step: int) -> bool:
        """Whether enough went by since the tag was taken last; after a step back, it is due."""
        if tag not in self._last:
            return True
        last_step, last_time = self._last[tag]
        if step < last_step:
            return True
        is_far = self._num_steps is None or step - last_step >= self._num_steps
        return is_far and (self._secs is None or self._clock() - last_time >= self._secs)

    def take(self, tag: str, step: int) -> bool:
        """Whether the tag is due; if so, it is taken now."""
        is_due = self.is_due(tag, step)
        if is_due:
            self._last[tag] = step, self._clock()
        return is_due


class View:
    """Has all methods of a writer; those that take a tag change it or do nothing, the others are the writer's own.

    Closing it does nothing: it is the writer that is to be closed.
    """

    def __init__(self, writer: Any, prefix: str, limit: RateLimit | None) -> None:
        self._writer, self._prefix, self._limit = writer, prefix, limit

    def add_scalar(
        self, tag: str, scalar_value: Any, global_step: int | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """As the writer's; the way that all others take would be ten times slower."""
        tag = self._prefix + tag
        if self._limit is None or self._limit.take(tag, to_step(global_step)):
            self._writer.add_scalar(tag, scalar_value, global_step, *args, **kwargs)

    def is_due(self, tag: str, global_step: int | None = None) -> bool:
        """Whether a value of the tag would be logged now: to save the work of making one."""
        return self._limit is None or self._limit.is_due(self._prefix + tag, to_step(global_step))

    def child(self, prefix: str) -> SummaryWriter:
        """As the writer's, with this one's prefix before it."""
        return cast("SummaryWriter", View(self._writer, self._prefix + to_prefix(prefix), self._limit))

    def every(self, num_steps: int | None = None, *, secs: float | None = None) -> SummaryWriter:
        """As the writer's, with this one's prefix before the tags."""
        limit = self._writer._get_limit(num_steps, secs)
        return cast("SummaryWriter", View(self._writer, self._prefix, limit))

    def close(self) -> None:
        """Does nothing."""

    def __enter__(self) -> View:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return View, (self._writer, self._prefix, self._limit)

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._writer, name)
        if name.startswith("_") or not name.startswith(_PREFIXED) or not callable(member):
            return member
        signature = inspect.signature(member)
        limit = self._limit if name.startswith("add_") else None  # what is said of a series is no value of it

        @functools.wraps(member)
        def call(*args: Any, **kwargs: Any) -> None:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            if self._change(_MANY_TAGS.get(name), bound.arguments, limit):
                member(*bound.args, **bound.kwargs)

        self.__dict__[name] = call
        return call

    def _change(self, many: str | None, arguments: dict[str, Any], limit: RateLimit | None) -> bool:
        """Changes the tags among the arguments; whether any is to be logged."""
        step = to_step(next((arguments[name] for name in ("global_step", "step") if name in arguments), None))
        if many is not None:
            arguments[many] = self._change_many(arguments[many], step, limit)
            return bool(arguments[many])
        for name in _TAG_NAMES:
            if name in arguments:
                arguments[name] = self._prefix + arguments[name]
                return limit is None or limit.take(arguments[name], step)
        return True

    def _change_many(self, tags: Any, step: int, limit: RateLimit | None) -> Any:
        """The mapping with the tags that are due; or all names of a list, if the first is due."""
        if not isinstance(tags, Mapping):
            names = [self._prefix + tag for tag in tags]
            return names if limit is None or not names or limit.take(names[0], step) else []
        values = {self._prefix + tag: value for tag, value in tags.items()}
        if limit is None:
            return values
        return {tag: value for tag, value in values.items() if limit.take(tag, step)}


class ViewMethods:
    """Steps, rate limits, prefixes."""

    @contextlib.contextmanager
    def step(self, step: int) -> Iterator[None]:
        """Within the block, calls that are given no step take this one.

        It holds for the thread or asyncio task that is in the block, and for all writers there.

        Args:
            step: The step.

        Raises:
            TypeError: If it is no integer.
        """
        with step_in_block(step):
            yield

    def every(self, num_steps: int | None = None, *, secs: float | None = None) -> SummaryWriter:
        """A writer that logs each tag once in so many steps or seconds, and passes over calls in between.

        The same arguments give the same limit, so it may be called within the loop.

        Args:
            num_steps: Steps from one value of a tag to the next.
            secs: Seconds from one value of a tag to the next.

        Raises:
            ValueError: If both are None, or one is not positive.
        """
        return cast("SummaryWriter", View(self, "", self._get_limit(num_steps, secs)))

    def child(self, prefix: str) -> SummaryWriter:
        """A writer of the same run that puts `prefix/` before each tag.

        Args:
            prefix: As `train`, or `train/`.

        Raises:
            ValueError: If it is empty.
        """
        return cast("SummaryWriter", View(self, to_prefix(prefix), None))

    def _get_limit(self, num_steps: int | None, secs: float | None) -> RateLimit:
        if num_steps is None and secs is None:
            raise ValueError("num_steps must be given, or secs; got neither. Pass every(100) or every(secs=5).")
        for name, value in (("num_steps", num_steps), ("secs", secs)):
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be positive; got {value!r}.")
        limits: dict[tuple[int | None, float | None], RateLimit] = self.__dict__.setdefault("_limits", {})
        return limits.setdefault((num_steps, secs), RateLimit(num_steps, secs))


def to_prefix(prefix: str) -> str:
    """`prefix` with one `/` at its end.

    Raises:
        ValueError: If it is empty.
    """
    if not isinstance(prefix, str) or not prefix.strip("/"):
        raise ValueError(f"prefix must be a string that is not empty; got {prefix!r}. Use the writer itself.")
    return prefix.rstrip("/") + "/"
