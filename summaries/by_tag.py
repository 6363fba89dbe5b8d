"""The series of a run by tag, of scalars or of anything else, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, overload

from summaries import kinds
from summaries.frames import Columns, Framed, make_histogram_columns, make_scalar_columns, make_value_columns
from summaries.kinds.contract import find_metadata
from summaries.reader import read_blob
from summaries.run import Blobs

_Value = TypeVar("_Value")


class BlobSeries(Sequence[Any]):
    """A time series of anything but scalars; values are read from disk when asked for.

    Attributes:
        kind: The kind, which tells what the values are.
        places: Steps, wall times and places.
    """

    def __init__(self, kind: str, places: Blobs) -> None:
        self.kind = kind
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """The decoded value at `index`; bytes if the kind has no decoder.

        Raises:
            ValueError: If the bytes on disk are not of this kind.
        """
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        blob = self._read(index)
        return kinds.decode(self.kind, self._metadata + blob) if self.kind in kinds.KINDS else blob

    @cached_property
    def _metadata(self) -> bytes:
        """What the first value says of all of them, where the decoder asks for it."""
        return find_metadata(self._read(0)) if kinds.KINDS[self.kind].reads_metadata else b""

    def _read(self, index: int) -> bytes:
        places = self.places
        return read_blob(places.paths[index], int(places.offsets[index]), int(places.lengths[index]))


class ByTag(Framed, Mapping[str, _Value]):
    """Series by tag, each made when it is first asked for.

    Attributes:
        run: Name of the run.
        kind: Kind of all of them.
    """

    def __init__(self, run: str, kind: str, tags: Sequence[str], get: Callable[[str], _Value]) -> None:
        self.run = run
        self.kind = kind
        self._made: dict[str, _Value | None] = dict.fromkeys(tags)
        self._get = get

    def __getitem__(self, tag: str) -> _Value:
        made = self._made[tag]
        if made is None:
            made = self._made[tag] = self._get(tag)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __repr__(self) -> str:
        return f"<{len(self)} tags: {', '.join(self)}>"

    def _columns(self) -> Columns:
        return make_columns(self.kind, [self])


def make_columns(kind: str, runs: Iterable[ByTag[Any]]) -> Columns:
    """The columns of a kind in several runs; see `summaries.frames`.

    Raises:
        ValueError: If the values are of a kind that has no columns, or cannot be decoded.
    """
    rows = [(by_tag.run, tag, series) for by_tag in runs for tag, series in by_tag.items()]
    if kind == "scalars":
        return make_scalar_columns(rows)
    if kind not in _MAKERS:
        rule = f"kind of a table must be one of {sorted((*_MAKERS, 'scalars'))}"
        raise ValueError(f"{rule}; got {kind!r}. Take the values themselves: run.blobs({kind!r})[tag][0].")
    return _MAKERS[kind]((run, tag, series.places, series) for run, tag, series in rows)


_MAKERS = {"histograms": make_histogram_columns, "text": make_value_columns}
