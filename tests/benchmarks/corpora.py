"""Logdirs to measure readers on: the same bytes every time, written by no writer of ours.

`make(SCALARS)` writes a corpus where the others of this process lie, or finds it there. A folder to keep them in:
``python -m tests.benchmarks.corpora FOLDER [NAME...]``, and then ``make bench ARGS="reading --corpora FOLDER"``.
"""

from __future__ import annotations

import argparse
import atexit
import io
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from google_crc32c import value as crc32c
from PIL import Image

from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from summaries.proto.tensor_pb2 import DT_FLOAT, TensorProto
from summaries.records import HEADER_BYTES, frame, mask

FIRST_WALL_TIME = 1_700_000_000.0
NUM_BLOBS = 16
"""Different histograms, and images; they are written again and again."""
HISTOGRAM_TAGS = tuple(f"weights/layer_{number}" for number in range(3))
IMAGE_INTERVAL = 4
NUM_BUCKETS, IMAGE_PX = 133, 64
_COMPLETE = "complete"

Points = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Corpus:
    """A logdir that can be made anew.

    Attributes:
        name: Of its folder.
        num_runs: Folders, each with one event file.
        num_steps: Steps of every tag, from 0 on.
        num_tags: Scalars of every step, one event each, as torch writes them.
        has_tensors: Whether every second run holds its scalars as TensorFlow 2 writes them.
        has_blobs: Whether every step has histograms, and every `IMAGE_INTERVAL`-th an image.
    """

    name: str
    num_runs: int
    num_steps: int
    num_tags: int = 20
    has_tensors: bool = False
    has_blobs: bool = False

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the scalars."""
        return tuple(f"train/loss_{number:02d}" for number in range(self.num_tags))

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of the runs."""
        return tuple(f"run_{number:04d}" for number in range(self.num_runs))

    @property
    def num_points(self) -> int:
        """Scalars in all runs."""
        return self.num_runs * self.num_tags * self.num_steps

    @property
    def num_blobs(self) -> int:
        """Histograms and images in all runs."""
        num_images = -(-self.num_steps // IMAGE_INTERVAL)
        return self.num_runs * (self.num_steps * len(HISTOGRAM_TAGS) + num_images) if self.has_blobs else 0

    def is_tensor(self, run: int) -> bool:
        """Whether the scalars of a run are tensors."""
        return self.has_tensors and run % 2 == 1

    def points(self, run: int) -> Points:
        """The scalars of a run: steps, wall times and values. Shapes (steps,), (steps, tags), (steps, tags)."""
        rng = np.random.default_rng(run)
        shape = self.num_steps, self.num_tags
        wall_times = FIRST_WALL_TIME + 3600 * run + np.cumsum(rng.exponential(0.01, self.num_steps * self.num_tags))
        steps = np.arange(self.num_steps)
        values = (1 + run % 7) / np.sqrt(1 + steps[:, None]) + rng.normal(0, 0.05, shape)
        values[rng.integers(0, self.num_steps, 3), rng.integers(0, self.num_tags, 3)] = (np.nan, np.inf, -np.inf)
        return steps, wall_times.reshape(shape), values.astype(np.float32)


SCALARS = Corpus("scalars", num_runs=50, num_steps=5_000)
MANY_RUNS = Corpus("many_runs", num_runs=1_000, num_steps=100, has_tensors=True)
MIXED = Corpus("mixed", num_runs=20, num_steps=2_000, has_blobs=True)
LONG = Corpus("long_series", num_runs=1, num_steps=10_000_000, num_tags=1)
LARGE = Corpus("large", num_runs=500, num_steps=5_000)
CORPORA = {corpus.name: corpus for corpus in (SCALARS, MANY_RUNS, MIXED, LONG, LARGE)}

_folder: Path | None = None


def keep_in(folder: Path) -> None:
    """Has `make` write corpora into a folder that stays, rather than into one that goes with the process."""
    global _folder
    _folder = folder


@cache
def _make_temporary() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="corpora-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def make(corpus: Corpus) -> Path:
    """The logdir of a corpus; it is written where it is not there yet."""
    logdir = (_folder or _make_temporary()) / corpus.name
    mark = logdir.with_suffix(f".{_COMPLETE}")
    if not mark.exists():
        for number, run in enumerate(corpus.runs):
            write_run(corpus, number, logdir / run)
        mark.touch()
    return logdir


def write_run(corpus: Corpus, number: int, folder: Path) -> Path:
    """Writes the event file of one run; one that is there is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    is_tensor = corpus.is_tensor(number)
    path = folder / f"events.out.tfevents.{int(FIRST_WALL_TIME) + number}.box.1.0{'.v2' if is_tensor else ''}"
    steps, wall_times, values = corpus.points(number)
    widths = count_step_bytes(steps)
    with open(path, "wb") as file:
        file.write(frame(Event(wall_time=wall_times[0, 0], file_version="brain.Event:2").SerializeToString()))
        for width in range(widths.max() + 1):
            rows = np.flatnonzero(widths == width)
            if rows.size:
                events = [
                    _encode_events(_make_value(tag, is_tensor=is_tensor), width, steps[rows], times[rows], column[rows])
                    for tag, times, column in zip(corpus.tags, wall_times.T, values.T, strict=True)
                ]
                records = np.concatenate(events, axis=1)
                if corpus.has_blobs:
                    file.writelines(_add_blobs(records, steps[rows], wall_times[rows, -1]))
                else:
                    file.write(records.tobytes())
    return path


def count_step_bytes(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bytes of each step in its event: those of a varint, and none of step 0, which is left out."""
    return np.searchsorted([0, *(128**width - 1 for width in range(1, 9))], steps)


_WALL_TIME, _VALUE = 1.2345e100, 1.2345e30
"""Stand for what is put in later: their bytes occur nowhere else in an event."""


def _make_value(tag: str, *, is_tensor: bool) -> Summary.Value:
    """A scalar as torch or as TensorFlow 2 writes it."""
    if not is_tensor:
        return Summary.Value(tag=tag, simple_value=_VALUE)
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
    tensor = TensorProto(dtype=DT_FLOAT, tensor_content=struct.pack("<f", _VALUE))
    tensor.tensor_shape.SetInParent()
    return Summary.Value(tag=tag, metadata=metadata, tensor=tensor)


def _encode_events(
    value: Summary.Value,
    width: int,
    steps: npt.NDArray[np.int64],
    wall_times: npt.NDArray[np.float64],
    values: npt.NDArray[np.float32],
) -> npt.NDArray[np.uint8]:
    """Records of one event each, whose steps take `width` bytes. Shape (n, bytes of a record)."""
    any_step = 128**width - 1
    event = Event(wall_time=_WALL_TIME, step=any_step, summary=Summary(value=[value]))
    template = frame(event.SerializeToString())
    rows = np.tile(np.frombuffer(template, np.uint8), (len(steps), 1))
    _put(rows, template.index(struct.pack("<d", _WALL_TIME)), wall_times.astype("<f8").view(np.uint8).reshape(-1, 8))
    _put(rows, template.index(struct.pack("<f", _VALUE)), values.astype("<f4").view(np.uint8).reshape(-1, 4))
    step_place = HEADER_BYTES + 10  # after the wall time and the step's key
    for index in range(width):
        more = 0x80 if index < width - 1 else 0
        rows[:, step_place + index] = (steps >> (7 * index)) & 0x7F | more
    payload_bytes = len(template) - HEADER_BYTES - 4
    payloads = rows[:, HEADER_BYTES:-4].tobytes()
    checksums = [mask(crc32c(payloads[at : at + payload_bytes])) for at in range(0, len(payloads), payload_bytes)]
    _put(rows, len(template) - 4, np.array(checksums, dtype="<u4").view(np.uint8).reshape(-1, 4))
    return rows


def _put(rows: npt.NDArray[np.uint8], place: int, columns: npt.NDArray[np.uint8]) -> None:
    rows[:, place : place + columns.shape[1]] = columns


def _add_blobs(
    records: npt.NDArray[np.uint8], steps: npt.NDArray[np.int64], wall_times: npt.NDArray[np.float64]
) -> Iterator[bytes]:
    """The records of each step's scalars, then those of its histograms and of its image."""
    histograms, images = _make_histograms(), _make_images()
    for row, step, wall_time in zip(records, steps.tolist(), wall_times.tolist(), strict=True):
        yield row.tobytes()
        head = Event(wall_time=wall_time, step=step).SerializeToString()
        for number in range(len(HISTOGRAM_TAGS)):
            yield frame(head + histograms[number][step % NUM_BLOBS])
        if step % IMAGE_INTERVAL == 0:
            yield frame(head + images[step // IMAGE_INTERVAL % NUM_BLOBS])


@cache
def _make_histograms() -> list[list[bytes]]:
    """Summaries, serialised as what follows in an event, of each tag."""
    rng = np.random.default_rng(0)
    found: list[list[bytes]] = []
    for tag in HISTOGRAM_TAGS:
        found.append([])
        for _ in range(NUM_BLOBS):
            values = rng.normal(size=10_000)
            counts, edges = np.histogram(values, NUM_BUCKETS)
            histogram = HistogramProto(
                min=values.min(), max=values.max(), num=values.size, sum=values.sum(), sum_squares=(values**2).sum(),
                bucket=counts.astype(float), bucket_limit=edges[1:],
            )  # fmt: skip
            value = Summary.Value(tag=tag, histo=histogram)
            found[-1].append(Event(summary=Summary(value=[value])).SerializeToString())
    return found


@cache
def _make_images() -> list[bytes]:
    """Summaries, serialised as what follows in an event."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(NUM_BLOBS):
        png = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (IMAGE_PX, IMAGE_PX, 3), dtype=np.uint8)).save(png, "png")
        image = Summary.Image(height=IMAGE_PX, width=IMAGE_PX, colorspace=3, encoded_image_string=png.getvalue())
        value = Summary.Value(tag="input/first", image=image)
        found.append(Event(summary=Summary(value=[value])).SerializeToString())
    return found


def main() -> None:
    """Writes corpora into a folder that stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    names = parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CORPORA)}; all but the last")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(CORPORA):
        parser.error(f"{names.metavar} must be one of {', '.join(CORPORA)}; got {', '.join(unknown)}")
    keep_in(arguments.folder)
    for name in arguments.names or list(CORPORA)[:-1]:
        logdir = make(CORPORA[name])
        num_bytes = sum(path.stat().st_size for path in logdir.rglob("*tfevents*"))
        sys.stdout.write(f"{logdir}: {CORPORA[name].num_points:,} points, {num_bytes / 1e6:.0f} MB\n")


if __name__ == "__main__":
    main()
