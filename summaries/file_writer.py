"""What a writer's `file_writer` is for those who log messages of their own, as torch's users do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from summaries import wire
from summaries.columns import GRAPH_TAG
from summaries.events import RUN_METADATA_TAG, encode_event
from summaries.kinds import RUN_METADATA
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame
from summaries.values import to_step, to_time

_GRAPH_DEF, _SUMMARY = 4, 5


class Message(Protocol):
    """A message of protocol buffers, of any package."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - the name is protobuf's
        """Its bytes."""


class FileWriter:
    """Takes whole messages, TensorBoard's or ours. Made by `SummaryWriter`; has the methods of torch's `FileWriter`."""

    def __init__(
        self,
        log_dir: str,
        submit: Callable[[tuple[str, ...], int, bytes], None],
        flush: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        """Makes a view of a writer.

        Args:
            log_dir: The run's folder.
            submit: `(tags, step, record) -> None`: writes a record behind earlier values of the tags.
            flush: As `SummaryWriter.flush`.
            close: As `SummaryWriter.close`.
        """
        self._log_dir = log_dir
        self._submit = submit
        self.flush = flush
        self.close = close

    def get_logdir(self) -> str:
        """The run's folder."""
        return self._log_dir

    def add_event(self, event: Message, step: int | None = None, walltime: float | None = None) -> None:
        """Writes an `Event`.

        Args:
            event: It is not changed.
            step: Replaces the event's, if it is not None.
            walltime: Seconds since the Unix epoch, now if None; replaces the event's.
        """
        copy = Event.FromString(event.SerializeToString())
        copy.wall_time = to_time(walltime)
        if step is not None:
            copy.step = to_step(step)
        tags = tuple(value.tag for value in copy.summary.value)
        self._submit(tags, copy.step, frame(copy.SerializeToString()))

    def add_summary(
        self, summary: Message | bytes, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Writes a `Summary`, or its bytes."""
        data = summary if isinstance(summary, bytes) else summary.SerializeToString()
        tags = tuple(value.tag for value in Summary.FromString(data).value)
        step = to_step(global_step)
        self._submit(tags, step, encode_event(to_time(walltime), step, wire.field(_SUMMARY, data)))

    def add_graph(self, graph_profile: tuple[Message, Message], walltime: float | None = None) -> None:
        """Writes a `GraphDef` and the `RunMetadata` of one step."""
        graph, metadata = graph_profile
        self.add_onnx_graph(graph, walltime)
        self.add_run_metadata(metadata, RUN_METADATA_TAG, walltime=walltime)

    def add_run_metadata(
        self, run_metadata: Message, tag: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Writes the `RunMetadata` of one execution of the graph, under a tag."""
        step = to_step(global_step)
        fields = RUN_METADATA.envelope(run_metadata.SerializeToString(), tag=tag)
        self._submit((tag,), step, encode_event(to_time(walltime), step, fields))

    def add_onnx_graph(self, graph: Message, walltime: float | None = None) -> None:
        """Writes a `GraphDef`."""
        field = wire.field(_GRAPH_DEF, graph.SerializeToString())
        self._submit((GRAPH_TAG,), 0, encode_event(to_time(walltime), 0, field))

    def reopen(self) -> None:
        """Does nothing: what was closed stays closed."""
