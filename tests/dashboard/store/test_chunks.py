from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dashboard.store.chunks import ChunkError, decode_chunk, encode_chunk

LENGTHS = st.integers(1, 50)


@st.composite
def columns(draw: st.DrawFn) -> list[np.ndarray]:
    """Scalars or places of blobs, of any bits: NaNs with a payload, subnormal numbers, −0."""
    num_rows = draw(LENGTHS)
    bits = [draw(hnp.arrays(np.int64, num_rows)) for _ in range(draw(st.sampled_from([3, 4])))]
    dtypes = (np.int64, np.float64, np.float64) if len(bits) == 3 else (np.int64, np.float64, np.int64, np.int64)
    return [column.view(dtype) for column, dtype in zip(bits, dtypes, strict=True)]


@given(columns())
def test_columns_come_back_bit_by_bit(given_columns: list[np.ndarray]) -> None:
    decoded = decode_chunk(encode_chunk(given_columns))

    assert [column.dtype for column in decoded] == [column.dtype for column in given_columns]
    assert [column.tobytes() for column in decoded] == [column.tobytes() for column in given_columns]


@given(columns(), st.data())
def test_changed_bytes_are_no_chunk(given_columns: list[np.ndarray], data: st.DataObject) -> None:
    chunk = bytearray(encode_chunk(given_columns))
    place = data.draw(st.integers(0, len(chunk) - 1))
    chunk[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(ChunkError):
        decode_chunk(bytes(chunk))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\0", b"four bytes and more"])
def test_other_bytes_are_no_chunk(data: bytes) -> None:
    with pytest.raises(ChunkError):
        decode_chunk(data)


def test_rows_of_a_view_are_kept() -> None:
    every_second = np.arange(10, dtype=np.int64)[::2]

    assert decode_chunk(encode_chunk([every_second]))[0].tolist() == [0, 2, 4, 6, 8]


def test_points_of_a_usual_series_take_six_bytes() -> None:
    random = np.random.default_rng(0)
    steps = np.arange(4_096)
    wall_times = 1.7e9 + np.cumsum(random.normal(0.1, 0.01, steps.size))
    values = (np.exp(-steps / 2_000) + random.normal(0, 0.05, steps.size)).astype(np.float32).astype(np.float64)

    assert len(encode_chunk([steps, wall_times, values])) < 6 * steps.size
