# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The compiled member of `dashboard.api.bodies`: a batch of curves in one go, without the interpreter's lock.

It draws what programs usually log: points that stand from left to right in each segment. Others are left to the
portable member; one test holds both together.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.math cimport INFINITY, NAN, ceil, expm1, isfinite, log, pow
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memset

import numpy as np

INTERFACE = 4  # as in `dashboard.api.bodies`

cdef enum:
    POINTS_PER_COLUMN = 4
    FLAG_FLOAT64 = 1
    FLAG_SMOOTHED = 2
    FLAG_STEPS16 = 8
    FLAG_STEPS32 = 16

cdef struct Curve:
    const int64_t* steps
    const double* walls
    const double* values
    int64_t num_points
    const int64_t* segment_starts
    const uint8_t* superseded
    int64_t num_segments
    const int64_t* bad  # rows whose value is not finite
    int64_t num_bad
    double first_wall
    double origin
    bint is_by_step

cdef struct Window:
    int64_t width
    double start, stop, weight
    bint is_log

cdef struct Buffer:
    uint8_t* bytes
    size_t size, capacity

include "_choose.pxi"
include "_marks.pxi"
include "_encode.pxi"


def draw_bodies(curves, window):
    """Draws curves; see `dashboard.api.bodies.draw_portably`, which does the same.

    Args:
        curves: What is drawn.
        window: What all share.

    Returns:
        The body of each; None for those that the portable member is to draw.
    """
    cdef Py_ssize_t num_curves = len(curves), number
    cdef Window view = Window(window.width_px, window.start, window.stop, window.smoothing, window.columns == "log")
    cdef list kept = []  # the columns, while only their addresses are known
    cdef size_t begin
    cdef Drawn drawn
    cdef Buffer buffer
    cdef bint has_room = True
    memset(&drawn, 0, sizeof(drawn))
    memset(&buffer, 0, sizeof(buffer))
    cdef Curve* found = <Curve*> calloc(num_curves + 1, sizeof(Curve))
    cdef size_t* ends = <size_t*> calloc(num_curves + 1, sizeof(size_t))
    try:
        if found == NULL or ends == NULL:
            raise MemoryError
        for number in range(num_curves):
            read_curve(&found[number], curves[number], window.x_axis, kept)
        with nogil:
            for number in range(num_curves):
                if is_ordinary(&found[number]):
                    has_room = (
                        choose(&found[number], &view, &drawn)
                        and choose_marks(&found[number], &view, &drawn)
                        and encode(&found[number], &view, &drawn, &buffer)
                    )
                    if not has_room:
                        break
                ends[number] = buffer.size
        if not has_room:
            raise MemoryError
        bodies = []
        begin = 0
        for number in range(num_curves):
            bodies.append(
                PyBytes_FromStringAndSize(<const char*> buffer.bytes + begin, ends[number] - begin)
                if ends[number] > begin else None
            )
            begin = ends[number]
        return bodies
    finally:
        free(found)
        free(ends)
        free(drawn.rows)
        free(drawn.line_starts)
        free(drawn.superseded)
        free(drawn.column)
        free(drawn.cells)
        free(drawn.edges)
        free(drawn.marks)
        free(buffer.bytes)


cdef int read_curve(Curve* curve, told, str x_axis, list kept) except -1:
    """Notes where the columns of a series are, which `kept` keeps there."""
    series, first_wall = told.series, told.first_wall_time
    curve.steps = address_ints(series.steps, &curve.num_points, kept)
    curve.walls = address_floats(series.wall_times, curve.num_points, kept)
    curve.values = address_floats(series.values, curve.num_points, kept)
    curve.segment_starts = address_ints(series.segment_starts, &curve.num_segments, kept)
    curve.superseded = address_bools(series.superseded, curve.num_segments, kept)
    curve.bad = address_ints(series.non_finite, &curve.num_bad, kept)
    curve.first_wall = first_wall
    curve.is_by_step = x_axis == "step"
    curve.origin = first_wall if x_axis == "relative" else 0.0
    return 0


cdef const int64_t* address_ints(array, int64_t* length, list kept) except? NULL:
    cdef const int64_t[::1] column
    length[0] = len(array)
    if length[0] == 0:
        return NULL
    array = np.ascontiguousarray(array, np.int64)
    kept.append(array)
    column = array
    return &column[0]


cdef const double* address_floats(array, int64_t length, list kept) except? NULL:
    cdef const double[::1] column
    check_length(array, length)
    if length == 0:
        return NULL
    array = np.ascontiguousarray(array, np.float64)
    kept.append(array)
    column = array
    return &column[0]


cdef const uint8_t* address_bools(array, int64_t length, list kept) except? NULL:
    cdef const uint8_t[::1] column
    check_length(array, length)
    if length == 0:
        return NULL
    array = np.ascontiguousarray(array, np.bool_).view(np.uint8)
    kept.append(array)
    column = array
    return &column[0]


cdef int check_length(array, int64_t length) except -1:
    if len(array) != length:
        raise ValueError(f"columns of a series must be equally long; got {len(array)} and {length}.")
    return 0
