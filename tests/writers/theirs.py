"""What TensorBoard's own loader makes of a run: the truth that the reader is held to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader, LegacyEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata

KIND_OF_PLUGIN = {"": "tensors", "tensor": "tensors"}
"""Where a plugin is no kind of its own: torch announces plain tensors."""


@dataclass(frozen=True)
class Point:
    """One value.

    Attributes:
        step: As given.
        wall_time: Seconds since the Unix epoch.
        written: The value as it stands in the file; None for a graph, which is none.
        value: The value as TensorBoard's plugins see it: brought into the new encoding.
    """

    step: int
    wall_time: float
    written: Summary.Value | None
    value: Summary.Value

    @property
    def content(self) -> bytes:
        """The one string in the value."""
        (content,) = self.value.tensor.string_val
        return content

    def is_same(self, blob: bytes) -> bool:
        """Whether `blob` is what was written: the value, or the graph."""
        if self.written is not None:
            value = Summary.Value.FromString(blob)
            return value.SerializeToString(deterministic=True) == self.written.SerializeToString(deterministic=True)
        return blob == self.content or GraphDef.FromString(blob) == GraphDef.FromString(self.content)


@dataclass
class TheirSeries:
    """A tag of a run.

    Attributes:
        kind: What the reader calls TensorBoard's plugin.
        points: In the order of the files.
    """

    kind: str
    points: list[Point] = field(default_factory=list)

    @property
    def metadata(self) -> SummaryMetadata:
        """As they stand on the first value in the file, the one that counts."""
        written = self.points[0].written
        return SummaryMetadata() if written is None else written.metadata

    def words(self) -> tuple[str, str, str]:
        """Plugin name, display name and description."""
        return (
            self.metadata.plugin_data.plugin_name,
            self.metadata.display_name,
            self.metadata.summary_description,
        )


def list_event_files(folder: Path) -> list[Path]:
    """The event files of the run in `folder`."""
    return sorted(folder.glob("*tfevents*"))


def read_run(folder: Path) -> dict[str, TheirSeries]:
    """All series of the run in `folder`, by tag."""
    found: dict[str, TheirSeries] = {}
    for path in list_event_files(folder):
        for point in _iter_points(path):
            plugin_name = point.value.metadata.plugin_data.plugin_name
            kind = KIND_OF_PLUGIN.get(plugin_name, plugin_name)
            series = found.setdefault(point.value.tag, TheirSeries(kind))
            series.points.append(point)
    return found


def _iter_points(path: Path) -> Iterator[Point]:
    written = (value for event in LegacyEventFileLoader(str(path)).Load() for value in _list_written(event))
    for event in EventFileLoader(str(path)).Load():
        values = [_from_meta_graph(event)] if event.HasField("meta_graph_def") else event.summary.value
        for value in values:
            yield Point(event.step, event.wall_time, next(written), value)
    assert list(written) == []


def _list_written(event: Event) -> list[Summary.Value | None]:
    is_graph = event.WhichOneof("what") in ("graph_def", "meta_graph_def", "tagged_run_metadata")
    return [None] if is_graph else list(event.summary.value)


def _from_meta_graph(event: Event) -> Summary.Value:
    """The graph as TensorBoard's `EventAccumulator.Graph` takes it; its loader leaves it where it is."""
    graph = MetaGraphDef.FromString(event.meta_graph_def).graph_def
    value = Summary.Value(tag="__meta_graph__")
    value.metadata.plugin_data.plugin_name = "graphs"
    value.tensor.string_val.append(graph.SerializeToString())
    return value
