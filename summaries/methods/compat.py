"""What torch's writer keeps in attributes and in sub-runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from summaries.buckets import HISTOGRAM_LIMITS
from summaries.file_writer import FileWriter
from summaries.methods.base import Methods
from summaries.values import check_mapping, to_step


class CompatMethods(Methods):
    """Attributes of torch's writer, `add_scalars`, and what `compat=True` restores.

    Attributes:
        default_bins: Edges of the buckets of `add_histogram`.
        file_writer: Takes whole messages; None once the writer is closed.
        all_writers: That of this run, and with `compat=True` those of the sub-runs, by folder; None once closed.
    """

    _is_compat: bool
    _subruns: dict[str, Any]
    _subruns_lock: threading.Lock

    @property
    def default_bins(self) -> list[float]:  # noqa: D102 - see the class
        return HISTOGRAM_LIMITS[1:-1].tolist()  # type: ignore[no-any-return]

    @property
    def file_writer(self) -> FileWriter | None:  # noqa: D102 - see the class
        return None if self._is_closed() else FileWriter(self.log_dir, self._submit_record, self.flush, self.close)

    def _get_file_writer(self) -> FileWriter | None:
        """`file_writer`, by the name under which programs get it from torch's."""
        return self.file_writer

    @property
    def all_writers(self) -> dict[str, FileWriter] | None:  # noqa: D102 - see the class
        own = self.file_writer
        if own is None:
            return None
        return {self.log_dir: own} | {subrun.log_dir: subrun.file_writer for subrun in list(self._subruns.values())}

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Logs numbers that belong together, under the tags `main_tag/key`; torch writes them to runs of their own."""
        check_mapping("tag_scalar_dict", tag_scalar_dict)
        if self._is_compat:
            self._add_scalars_to_subruns(main_tag, tag_scalar_dict, global_step, walltime)
            return
        values = {f"{main_tag}/{key}": value for key, value in tag_scalar_dict.items()}
        self.add_scalars_at(to_step(global_step), values, walltime=walltime)

    def _submit_record(self, tags: tuple[str, ...], step: int, record: bytes) -> None:
        self._submit(tags, step, lambda: record, num_bytes=len(record))

    def _add_scalars_to_subruns(
        self, main_tag: str, values: Mapping[str, Any], global_step: int | None, walltime: float | None
    ) -> None:
        """Logs each number under `main_tag` in a run of its own, as torch does."""
        for key, value in values.items():
            name = f"{main_tag.replace('/', '_')}_{key}"
            with self._subruns_lock:
                if name not in self._subruns:
                    self._subruns[name] = self._open_subrun(name)
            self._subruns[name].add_scalar(main_tag, value, global_step, walltime)
