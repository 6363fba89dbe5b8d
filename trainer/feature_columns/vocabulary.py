"""Categories that are listed, in the code or in a file."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trainer.counts import check_count
from trainer.feature_columns.base import CategoricalColumn, KeyColumn, name_dtype
from trainer.feature_columns.hashed import hash_ids
from trainer.feature_columns.values import Distinct, Features, read_distinct
from trainer.inputs.files import read_bytes
from trainer.layers.configs import register


class VocabularyColumn(KeyColumn, CategoricalColumn):
    """What the two below share."""

    key: str
    num_oov_buckets: int
    default_value: int | None

    @property
    def words(self) -> dict[int | str, int]:
        """The listed values with their numbers, in order."""
        raise NotImplementedError

    @property
    def num_categories(self) -> int:
        """See `CategoricalColumn`: the listed values, then the buckets of others."""
        return len(self.words) + self.num_oov_buckets

    def ids(self, features: Features) -> np.ndarray:
        """See `CategoricalColumn`."""
        distinct = read_distinct(features, self.key)
        words = self.words
        _check_kind(self.key, distinct, next(iter(words)))
        found = np.array([words.get(value, -1) if value is not None else -1 for value in distinct.values], np.int32)
        is_other = np.array([value is not None and value not in words for value in distinct.values], bool)
        if self.num_oov_buckets:
            found = np.where(is_other, len(words) + hash_ids(distinct, self.num_oov_buckets), found)
        elif self.default_value is not None:
            found = np.where(is_other, self.default_value, found)
        return distinct.spread(found.astype(np.int32))

    def _check_others(self) -> None:
        """Checks what says where unlisted values go.

        Raises:
            ValueError: If both are given, or one is out of range.
        """
        self.replace_fields(num_oov_buckets=check_count("num_oov_buckets", self.num_oov_buckets, least=0))
        default = -1 if self.default_value is None else self.default_value
        if not -1 <= default < len(self.words):
            raise ValueError(
                f"default_value of column {self.key!r} must be in [-1, {len(self.words)}); got {default!r}. "
                "Pass the number of a listed value, or -1 to leave others out."
            )
        if self.num_oov_buckets and default != -1:
            raise ValueError(
                f"default_value of column {self.key!r} must be -1 with num_oov_buckets={self.num_oov_buckets}; "
                f"got {default!r}. Pass one of the two."
            )


@register
@dataclass(frozen=True)
class VocabularyListColumn(VocabularyColumn):
    """Listed texts or integers; a value's place in the list is its category.

    >>> column = VocabularyListColumn("job", ["clerk", "nurse"], num_oov_buckets=1)
    >>> column.ids({"job": ["nurse", "clerk", "pilot", None]}).tolist()
    [[1], [0], [2], [-1]]

    Attributes:
        key: Name of the feature, ``(n,)`` or ``(n, k)``; ``""``, None, NaN and -1 are none.
        vocabulary_list: The values.
        dtype: Type of the feature in files of examples; None takes that of the list.
        default_value: The category of values that are not listed; -1 leaves them out.
        num_oov_buckets: Categories behind the listed ones, in which values that are not listed go by their hash.
    """

    key: str
    vocabulary_list: Sequence[Any]
    dtype: Any = None
    default_value: int | None = -1
    num_oov_buckets: int = 0

    def __post_init__(self) -> None:
        """Makes the list a tuple.

        Raises:
            ValueError: If it is empty, has a value twice, or mixes texts and integers; or for wrong defaults.
        """
        values = np.asarray(self.vocabulary_list, dtype=object).ravel().tolist()
        self.replace_fields(vocabulary_list=tuple(_as_word(value, self.key) for value in values))
        self.replace_fields(dtype=None if self.dtype is None else name_dtype(self.dtype))
        kinds = {type(value) for value in self.vocabulary_list}
        if len(kinds) != 1 or len(set(self.vocabulary_list)) != len(self.vocabulary_list):
            raise ValueError(
                f"vocabulary_list of column {self.key!r} must hold different texts, or different integers; "
                f"got {values[:10]!r}. Correct the list."
            )
        self._check_others()

    @property
    def words(self) -> dict[int | str, int]:
        """See `VocabularyColumn`."""
        return _number(self.vocabulary_list)


@register
@dataclass(frozen=True)
class VocabularyFileColumn(VocabularyColumn):
    """Values listed in a text file, one a line; a line's number, from 0, is its category.

    The file is read when the column is made, and never again: a pickle or a configuration holds its values.

    Attributes:
        key: Name of the feature, ``(n,)`` or ``(n, k)``; ``""``, None, NaN and -1 are none.
        vocabulary_file: Path or fsspec URL, UTF-8.
        vocabulary_size: How many lines count; None counts all.
        num_oov_buckets: As for `VocabularyListColumn`.
        default_value: As for `VocabularyListColumn`.
        dtype: Type of the feature, ``str`` or an integer type.
        vocabulary: What was read; given, the file is not read.
    """

    key: str
    vocabulary_file: str
    vocabulary_size: int | None = None
    num_oov_buckets: int = 0
    default_value: int | None = None
    dtype: Any = "str"
    vocabulary: Sequence[int | str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Reads the file.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it has fewer lines than `vocabulary_size`, or one twice; or for wrong defaults.
        """
        self.replace_fields(vocabulary_file=os.fspath(self.vocabulary_file), dtype=name_dtype(self.dtype))
        if self.vocabulary is None:
            self._read()
        self.replace_fields(vocabulary=tuple(self.vocabulary or ()))
        self._check_others()

    def _read(self) -> None:
        lines = read_bytes(self.vocabulary_file).decode().splitlines()
        size = len(lines) if self.vocabulary_size is None else check_count("vocabulary_size", self.vocabulary_size)
        kept = lines[:size]
        if len(kept) < size or not kept or len(set(kept)) != len(kept):
            rule = f"{size} different lines" if size else "a line for each value"
            raise ValueError(
                f"vocabulary_file {self.vocabulary_file!r} must hold {rule}; got {len(set(kept))}. Correct the file."
            )
        is_text = self.dtype == "str"
        self.replace_fields(vocabulary=kept if is_text else [int(line) for line in kept], vocabulary_size=size)

    @property
    def words(self) -> dict[int | str, int]:
        """See `VocabularyColumn`."""
        return _number(tuple(self.vocabulary or ()))


@functools.lru_cache(maxsize=256)
def _number(values: tuple[int | str, ...]) -> dict[int | str, int]:
    return {value: number for number, value in enumerate(values)}


def _as_word(value: Any, key: str) -> int | str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | np.integer) and value != -1:
        return int(value)
    raise ValueError(
        f"vocabulary_list of column {key!r} must hold texts or integers; got {value!r}, "
        "which stands for no value. Take it out of the list."
    )


def _check_kind(key: str, distinct: Distinct, word: int | str) -> None:
    wrong = next((value for value in distinct.values if value is not None and type(value) is not type(word)), None)
    if wrong is not None:
        kind = "texts" if isinstance(word, str) else "integers"
        raise ValueError(
            f"column {key!r} must hold {kind}, as its vocabulary does; got {wrong!r}. Convert the column or the list."
        )


categorical_column_with_vocabulary_list = VocabularyListColumn
categorical_column_with_vocabulary_file = VocabularyFileColumn
