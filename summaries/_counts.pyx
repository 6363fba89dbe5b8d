# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The compiled member of `summaries.counting`: one pass over the values, without the interpreter's lock."""

from libc.math cimport INFINITY, NAN, fabs
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy

import numpy as np

INTERFACE = 1  # as in `summaries.members`

ctypedef fused real:
    float
    double

cdef enum:
    BLOCK = 4096  # values that are summed by themselves: so the rounding errors of long sums stay small


def count_in_cells(values, cells):
    """Counts values, and takes their moments; see `summaries.counting.count_portably`, which does the same."""
    values = np.require(values, requirements=["C", "ALIGNED"])
    counts = np.zeros(cells.num_buckets + 1, dtype=np.int64)
    if values.dtype == np.float32:
        moments = _count[float](values, cells.shift, cells.firsts, cells.limits, counts)
    else:
        moments = _count[double](values, cells.shift, cells.firsts, cells.limits, counts)
    return counts[:cells.num_buckets], np.array(moments)


cdef tuple _count(const real[::1] values, int shift, const int64_t[::1] firsts, const real[::1] limits, int64_t[::1] counts):
    cdef Py_ssize_t num_values = values.shape[0], block, index
    cdef double low = INFINITY, high = -INFINITY, total = 0, squares = 0, block_total, block_squares
    cdef real value
    cdef uint64_t key
    with nogil:
        for block in range((num_values + BLOCK - 1) // BLOCK):
            block_total = block_squares = 0
            for index in range(block * BLOCK, min((block + 1) * BLOCK, num_values)):
                value = values[index]
                key = _bits(value) >> shift
                counts[firsts[key] + (value >= limits[key])] += 1
                if fabs(value) < INFINITY:
                    low = min(low, <double>value)
                    high = max(high, <double>value)
                    block_total += value
                    block_squares += <double>value * value
            total += block_total
            squares += block_squares
    if low > high:
        low = high = NAN
    return low, high, <double>num_values, total, squares


cdef inline uint64_t _bits(real value) noexcept nogil:
    cdef uint32_t narrow
    cdef uint64_t wide
    if real is float:
        memcpy(&narrow, &value, sizeof(narrow))
        return narrow
    else:
        memcpy(&wide, &value, sizeof(wide))
        return wide
