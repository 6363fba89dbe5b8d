"""What a run says of itself, kept up to date as its files grow: each record is read and decoded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from summaries import Annotation, Environment, Facts, Mark, MetricDeclaration, RunInfo, RunLog, Status, make_facts
from summaries.columns import BLOB_COLUMNS, Columns
from summaries.facts import FACT_TAGS, make_marks
from summaries.kinds import ANNOTATIONS, KINDS, STATUS
from summaries.kinds.annotations import ANNOTATIONS_TAG
from summaries.kinds.json_values import get_members, make_record
from summaries.reader import read_blob
from summaries.run import FileLog

_TAGS = {**FACT_TAGS, ANNOTATIONS.name: ANNOTATIONS_TAG}


@dataclass
class _FileRecords:
    """Records of one file by kind: wall time and value, None for one that cannot be decoded; of statuses the newest."""

    num_read: dict[str, int] = field(default_factory=dict)
    said: dict[str, list[tuple[float, Any]]] = field(default_factory=dict)


class Records:
    """The records of one run as a whole. Not thread-safe."""

    def __init__(self) -> None:
        self._by_file: dict[FileLog, _FileRecords] = {}

    def read_facts(self, log: RunLog) -> Facts:
        """What the run says of itself, from records read before and those that are new.

        A record that cannot be read or decoded is passed over.
        """
        files = self._read_new(log)
        return make_facts(
            {
                kind: [(time, value) for file in files for time, value in file.said.get(kind, ()) if value is not None]
                for kind in FACT_TAGS
            }
        )

    def read_annotations(self, log: RunLog) -> tuple[Mark, ...]:
        """The annotations of the run, in the order in which they were written."""
        annotations = [value for file in self._read_new(log) for _, value in file.said.get(ANNOTATIONS.name, ())]
        if not annotations:
            return ()
        found = [(number, value) for number, value in enumerate(annotations) if isinstance(value, Annotation)]
        return make_marks(log.blobs(ANNOTATIONS_TAG, ANNOTATIONS.name), found)

    def _read_new(self, log: RunLog) -> list[_FileRecords]:
        """Reads what is new in each file, and forgets files that are gone."""
        self._by_file = {file: self._by_file.get(file, _FileRecords()) for file in log.files.values()}
        for path, file in log.files.items():
            for kind, tag in _TAGS.items():
                if (tag, kind) in file.ids:
                    columns, _ = file.piece(file.ids[tag, kind], BLOB_COLUMNS)
                    _read_new_records(self._by_file[file], kind, path, columns)
        return list(self._by_file.values())


def has_records(columns: Columns, file: FileLog) -> bool:
    """Whether there are records of the run as a whole among the rows of a file."""
    if not len(columns.blob_steps):
        return False
    ids, starts = file.ids, columns.blob_starts
    numbers = (ids.get((tag, kind)) for kind, tag in _TAGS.items())
    return any(number is not None and starts[number + 1] > starts[number] for number in numbers)


def _read_new_records(records: _FileRecords, kind: str, path: Any, columns: list[Any]) -> None:
    _, wall_times, offsets, lengths = columns
    begin = records.num_read.get(kind, 0)
    records.num_read[kind] = len(wall_times)
    said = records.said.setdefault(kind, [])
    if kind == STATUS.name:
        newest_first = begin + np.argsort(wall_times[begin:], kind="stable")[::-1]
        found = _iter_values(kind, path, [(offsets[row], lengths[row], wall_times[row]) for row in newest_first])
        newest = next(((time, value) for time, value in found if value is not None), None)
        if newest is not None and (not said or newest[0] >= said[0][0]):
            said[:] = [newest]
        return
    said.extend(_iter_values(kind, path, list(zip(offsets, lengths, wall_times, strict=True))[begin:]))


def _iter_values(kind: str, path: Any, places: list[tuple[int, int, float]]) -> Iterator[tuple[float, Any]]:
    for offset, length, wall_time in places:
        try:
            value = KINDS[kind].decode(read_blob(path, int(offset), int(length)))
        except (OSError, EOFError, ValueError):
            value = None
        yield float(wall_time), value


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
