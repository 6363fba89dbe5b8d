"""Methods of the writer for what is read rather than looked at: texts, tables, Plotly figures, confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from summaries import adapters
from summaries.adapters.frames import to_columns
from summaries.events import encode_event
from summaries.kinds import CONFUSION_MATRICES, PLOTLY, TABLES, TEXT, ConfusionMatrix, Kind
from summaries.kinds.confusion_matrices import make_confusion_matrix
from summaries.kinds.plotly_figures import to_figure_json
from summaries.kinds.tables import make_table
from summaries.methods.base import Methods
from summaries.values import keep_array, to_step, to_time


class StructuredMethods(Methods):
    """Texts, tables, Plotly figures, confusion matrices."""

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Logs a text, shown as Markdown.

        Args:
            tag: Name of the series; `/` groups.
            text_string: The text.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        tag = f"{tag}/text_summary" if self._is_compat else tag
        blob = TEXT.encode(tag, text_string)

        def encode() -> bytes:
            return encode_event(wall_time, step, self._envelope(TEXT, tag, blob, TEXT.metadata))

        self._submit((tag,), step, encode, num_bytes=len(blob))

    def add_table(
        self,
        tag: str,
        table: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        *,
        columns: Sequence[str] | None = None,
    ) -> None:
        """Logs a table.

        Args:
            tag: Name of the series; `/` groups.
            table: A pandas or polars DataFrame, a pyarrow Table, a dict of columns, a list of dicts, or a list of rows.
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.
            columns: Which columns, in which order; for a list of rows, their names.

        Raises:
            ValueError: If it is none of these, or the columns differ in length.
        """
        made = make_table(to_columns(table, columns))
        num_bytes = 32 * len(made) * len(made.columns)
        self._submit_structured(TABLES, tag, made, global_step, walltime, num_bytes)

    def add_plotly(self, tag: str, figure: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """Logs a Plotly figure, which stays one that a reader can zoom into.

        Args:
            tag: Name of the series; `/` groups.
            figure: A `plotly.graph_objects.Figure`, or a dict with `data` and `layout`.
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If it is neither.
        """
        text = to_figure_json(figure)
        self._submit_structured(PLOTLY, tag, text, global_step, walltime, len(text))

    def add_confusion_matrix(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        *,
        class_names: Sequence[str] | None = None,
    ) -> None:
        """Logs how often each class was taken for each; the pairs are counted in the background.

        Args:
            tag: Name of the series; `/` groups.
            labels: The true classes, as numbers or names. Shape (n,).
            predictions: The predicted ones, shape (n,); or a score for each class, shape (n, k).
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.
            class_names: Names of all classes; None for those that occur.

        Raises:
            ValueError: If the shapes differ. A label that is no class is told by the next call.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(labels), keep_array(predictions)
        if len(kept[0].shape) != 1 or kept[1].shape[:1] != kept[0].shape or len(kept[1].shape) > 2:
            shapes = f"{tuple(kept[0].shape)} and {tuple(kept[1].shape)}"
            raise ValueError(f"labels and predictions must have shapes (n,) and (n,) or (n, k); got {shapes}.")
        names = None if class_names is None else [str(name) for name in class_names]

        def encode() -> bytes:
            matrix = make_confusion_matrix(adapters.to_numpy(kept[0]), adapters.to_numpy(kept[1]), names)
            blob = CONFUSION_MATRICES.encode(tag, matrix)
            return encode_event(
                wall_time, step, self._envelope(CONFUSION_MATRICES, tag, blob, CONFUSION_MATRICES.metadata)
            )

        self._submit((tag,), step, encode, num_bytes=sum(array.nbytes for array in kept), arrays=kept)

    def add_confusion_matrix_raw(
        self,
        tag: str,
        counts: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        *,
        class_names: Sequence[str] | None = None,
    ) -> None:
        """Logs a confusion matrix that has been counted already.

        Args:
            tag: Name of the series; `/` groups.
            counts: Row: the true class, column: the predicted one. Shape (k, k).
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.
            class_names: Length k.

        Raises:
            ValueError: If it is not square, or there are not k names.
        """
        array = np.array(adapters.to_numpy(counts), dtype=np.float64)
        matrix = ConfusionMatrix(array, tuple(map(str, class_names or ())))
        self._submit_structured(CONFUSION_MATRICES, tag, matrix, global_step, walltime, array.nbytes)

    def _submit_structured(
        self, kind: Kind, tag: str, value: Any, global_step: int | None, walltime: float | None, num_bytes: int
    ) -> None:
        """Puts a value of the kind, to be encoded in the background."""
        step, wall_time = to_step(global_step), to_time(walltime)

        def encode() -> bytes:
            return encode_event(wall_time, step, self._envelope(kind, tag, kind.encode(tag, value), kind.metadata))

        self._submit((tag,), step, encode, num_bytes=num_bytes, arrays=())
