# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# distutils: extra_compile_args = -fno-trapping-math
"""The compiled member of `trainer.estimators.log_loss`: one pass over the rows, without the interpreter's lock."""

from libc.stdint cimport int64_t

cdef extern from "_log_loss.h" nogil:
    double differentiate_rows(const double*, const float*, const double*, float*, float*, int64_t)

INTERFACE = 1  # as in `trainer.estimators.log_loss`


def differentiate(
    const double[::1] scores,
    const float[::1] signs,
    const double[::1] weights,
    float[::1] slopes,
    float[::1] curvatures,
):
    """See `trainer.estimators.log_loss.differentiate_portably`, which does the same."""
    cdef double total
    cdef int64_t count = scores.shape[0]
    cdef const double* given = NULL
    if count == 0:
        return 0.0
    if weights is not None:
        given = &weights[0]
    with nogil:
        total = differentiate_rows(&scores[0], &signs[0], given, &slopes[0], &curvatures[0], count)
    return total
