"""What a run says of itself, kept up to date as its files grow: each record is read and decoded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from summaries import Environment, Facts, Mark, MetricDeclaration, RunInfo, RunLog, Status, make_facts
from summaries.columns import BLOB_COLUMNS, Columns, Floats, Ints
from summaries.facts import FACT_TAGS, make_marks
from summaries.kinds import ANNOTATIONS, KINDS, STATUS
from summaries.kinds.annotations import ANNOTATIONS_TAG
from summaries.kinds.json_values import get_members, make_record
from summaries.reader import read_blob
from summaries.run import FileLog

_TAGS = {**FACT_TAGS, ANNOTATIONS.name: ANNOTATIONS_TAG}


Said = tuple[float, Any]  # wall time, value


@dataclass
class _FileRecords:
    """The records of one file, by kind and then by offset; of statuses only the newest."""

    num_read: dict[str, int] = field(default_factory=dict)
    said: dict[str, dict[int, Said]] = field(default_factory=dict)


class Records:
    """The records of one run as a whole. Not thread-safe.

    A record that cannot be read or decoded is passed over.
    """

    def __init__(self) -> None:
        self._by_file: dict[FileLog, _FileRecords] = {}

    def read_facts(self, log: RunLog) -> Facts:
        """What the run says of itself, from records read before and those that are new."""
        self._read_new(log)
        if len(self._by_file) == 1:  # as most runs have it: one file's records are in order
            (file,) = self._by_file.values()
            return make_facts({kind: list(said.values()) for kind, said in file.said.items()})
        return make_facts({kind: [said for _, said in self._iter_said(log, kind)] for kind in FACT_TAGS})

    def read_annotations(self, log: RunLog) -> tuple[Mark, ...]:
        """The annotations of the run, in the order of their series."""
        self._read_new(log)
        found = [(number, value) for number, (_, value) in self._iter_said(log, ANNOTATIONS.name)]
        return make_marks(log.blobs(ANNOTATIONS_TAG, ANNOTATIONS.name), found) if found else ()

    def _iter_said(self, log: RunLog, kind: str) -> Iterator[tuple[int, Said]]:
        """The records of a kind with their numbers in the series that they are of; statuses in any order."""
        by_path = {path: self._by_file[file].said.get(kind, {}) for path, file in log.files.items()}
        if not any(by_path.values()):
            return
        if kind == STATUS.name:
            yield from enumerate(said for by_offset in by_path.values() for said in by_offset.values())
            return
        places = log.blobs(_TAGS[kind], kind)
        for number, (path, offset) in enumerate(zip(places.paths, places.offsets.tolist(), strict=True)):
            if offset in by_path[path]:
                yield number, by_path[path][offset]

    def _read_new(self, log: RunLog) -> None:
        """Reads what is new in each file, and forgets files that are gone."""
        self._by_file = {file: self._by_file.get(file, _FileRecords()) for file in log.files.values()}
        for path, file in log.files.items():
            for kind, tag in _TAGS.items():
                if (tag, kind) in file.ids:
                    columns, _ = file.piece(file.ids[tag, kind], BLOB_COLUMNS)
                    _read_new_records(self._by_file[file], kind, path, columns)


def has_records(columns: Columns, file: FileLog) -> bool:
    """Whether there are records of the run as a whole among the rows of a file."""
    if not len(columns.blob_steps):
        return False
    ids, starts = file.ids, columns.blob_starts
    numbers = (ids.get((tag, kind)) for kind, tag in _TAGS.items())
    return any(number is not None and starts[number + 1] > starts[number] for number in numbers)


def _read_new_records(records: _FileRecords, kind: str, path: Path, columns: list[Any]) -> None:
    _, wall_times, offsets, lengths = columns
    begin = records.num_read.get(kind, 0)
    records.num_read[kind] = len(wall_times)
    rows = np.arange(begin, len(wall_times))
    said = records.said.setdefault(kind, {})
    if kind != STATUS.name:
        said.update(_iter_values(kind, path, offsets[rows], lengths[rows], wall_times[rows]))
        return
    newest_first = begin + np.argsort(wall_times[begin:], kind="stable")[::-1]
    found = _iter_values(kind, path, offsets[newest_first], lengths[newest_first], wall_times[newest_first])
    offset, newest = next(found, (0, None))
    if newest is not None and all(newest[0] >= wall_time for wall_time, _ in said.values()):
        said.clear()
        said[offset] = newest


def _iter_values(kind: str, path: Path, offsets: Ints, lengths: Ints, wall_times: Floats) -> Iterator[tuple[int, Said]]:
    """Offset, and wall time and value, of each record that can be read and decoded."""
    for offset, length, wall_time in zip(offsets.tolist(), lengths.tolist(), wall_times.tolist(), strict=True):
        with suppress(OSError, EOFError, ValueError):
            yield offset, (wall_time, KINDS[kind].decode(read_blob(path, offset, length)))


def encode_facts(facts: Facts) -> str:
    """Facts as text for the index."""
    return json.dumps(
        {
            "status": facts.status and get_members(facts.status),
            "status_time": facts.status_time,
            "info": get_members(facts.info),
            "config": facts.config,
            "hparams": facts.hparams,
            "environment": facts.environment and get_members(facts.environment),
            "metrics": [get_members(metric) for metric in facts.metrics.values()],
        }
    )


def decode_facts(text: str) -> Facts:
    """The facts that were encoded."""
    said = json.loads(text)
    metrics = [make_record(metric, MetricDeclaration) for metric in said["metrics"]]
    return Facts(
        status=None if said["status"] is None else make_record(said["status"], Status),
        status_time=said["status_time"],
        info=make_record(said["info"], RunInfo),
        config=said["config"],
        hparams=said["hparams"],
        environment=None if said["environment"] is None else make_record(said["environment"], Environment),
        metrics={metric.tag: metric for metric in metrics},
    )
