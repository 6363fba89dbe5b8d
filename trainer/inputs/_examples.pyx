# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Reads features of serialised ``tf.train.Example`` messages into columns; see `trainer.inputs.tfrecords`."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcmp, memcpy

import numpy as np

INTERFACE = 1  # as in `trainer.inputs.example_columns`

cdef enum:
    MISSING = -2  # the count of a feature that a record does not hold, as there

cdef enum:  # wire types
    VARINT = 0
    FIXED64 = 1
    BYTES = 2
    FIXED32 = 5

cdef enum:  # numbers of the fields of a Feature
    BYTES_LIST = 1
    FLOAT_LIST = 2
    INT64_LIST = 3
    TEXTS = 4  # a BYTES_LIST whose values are decoded

ctypedef const unsigned char* Place


cdef class Wanted:
    """A feature, where its values go, how many are found, and which row it was found in last."""

    cdef bytes name
    cdef int kind
    cdef Py_ssize_t size, last_row
    cdef float[:, ::1] floats
    cdef int64_t[:, ::1] integers
    cdef object[:, ::1] objects
    cdef int32_t[::1] counts

    def __init__(self, str name, int kind, column, counts):
        self.name = name.encode()
        self.kind = kind
        self.size = column.shape[1]
        self.last_row = -1
        self.counts = counts
        if kind == FLOAT_LIST:
            self.floats = column
        elif kind == INT64_LIST:
            self.integers = column
        else:
            self.objects = column


def fill_columns(list records, list wanted):
    """Writes the values of each record into the columns of its features.

    Args:
        records: Serialised examples, ``bytes``.
        wanted: `Wanted` features. In the rows of their columns, ``(n, size)``, that hold fewer values the rest stays. In
            their counts ``(n,)``, which must be MISSING, those of missing features stay, and -1 stands for values of
            another kind.

    Returns:
        Whether all records are sound and hold each feature once, in one list; insides of features that nobody wants are
        not looked at.

    Raises:
        UnicodeDecodeError: If a name or a text is no UTF-8.
    """
    cdef Py_ssize_t row
    cdef bytes record
    cdef int[::1] order = np.zeros(1024, np.int32)  # which feature stood where in the record before
    for row in range(len(records)):
        record = records[row]
        if not _read_example(<Place> PyBytes_AS_STRING(record), PyBytes_GET_SIZE(record), wanted, row, order):
            return False
    return True


cdef bint _read_example(Place place, Py_ssize_t length, list wanted, Py_ssize_t row, int[::1] order) except -1:
    """Example: field 1 is Features, whose field 1 holds entries of a map."""
    cdef Place end = place + length, inner, inner_end
    cdef uint64_t tag, size
    cdef Py_ssize_t number = 0
    while place < end:
        if not _read_tag(&place, end, &tag):
            return False
        if tag != (1 << 3 | BYTES):
            if not _skip(&place, end, tag):
                return False
            continue
        if not _read_size(&place, end, &size):
            return False
        inner, inner_end = place, place + size
        place = inner_end
        while inner < inner_end:
            if not _read_tag(&inner, inner_end, &tag):
                return False
            if tag != (1 << 3 | BYTES):
                if not _skip(&inner, inner_end, tag):
                    return False
                continue
            if not _read_size(&inner, inner_end, &size):
                return False
            if not _read_entry(inner, inner + size, wanted, row, order, number):
                return False
            inner += size
            number += 1
    return True


cdef bint _read_entry(
    Place place, Place end, list wanted, Py_ssize_t row, int[::1] order, Py_ssize_t number
) except -1:
    """An entry of the map: field 1 is the name, field 2 the Feature."""
    cdef Place name = NULL, value = NULL
    cdef Wanted feature
    cdef uint64_t tag, size, name_size = 0, value_size = 0
    cdef Py_ssize_t index
    while place < end:
        if not _read_tag(&place, end, &tag):
            return False
        if tag != (1 << 3 | BYTES) and tag != (2 << 3 | BYTES):
            if not _skip(&place, end, tag):
                return False
            continue
        if not _read_size(&place, end, &size):
            return False
        if (name if tag == (1 << 3 | BYTES) else value) != NULL:
            return False
        if tag == (1 << 3 | BYTES):
            name, name_size = place, size
        else:
            value, value_size = place, size
        place += size
    index = _find(name, name_size, wanted, order, number)
    if index < 0:
        return _is_text(name, name_size)
    feature = <Wanted> wanted[index]
    if feature.last_row == row:
        return False
    feature.last_row = row
    return _read_feature(value, value + value_size, feature, row)


cdef bint _is_text(Place place, uint64_t size) except -1:
    cdef uint64_t index
    for index in range(size):
        if place[index] >= 128:
            PyUnicode_DecodeUTF8(<char*> place, size, NULL)
            break
    return True


cdef Py_ssize_t _find(Place name, uint64_t size, list wanted, int[::1] order, Py_ssize_t number):
    """Which feature has this name; -1 for one that nobody wants. Names mostly come as in the record before."""
    cdef Py_ssize_t index, first = order[number & 1023]
    if first < len(wanted) and _is_named(<Wanted> wanted[first], name, size):
        return first
    for index in range(len(wanted)):
        if _is_named(<Wanted> wanted[index], name, size):
            order[number & 1023] = <int> index
            return index
    return -1


cdef inline bint _is_named(Wanted feature, Place name, uint64_t size):
    return <uint64_t> PyBytes_GET_SIZE(feature.name) == size and not memcmp(PyBytes_AS_STRING(feature.name), name, size)


cdef bint _read_feature(Place place, Place end, Wanted feature, Py_ssize_t row) except -1:
    """Feature: a list of values in a field that tells their kind. One that comes twice is left to others to join."""
    cdef int expected = BYTES_LIST if feature.kind == TEXTS else feature.kind, kind
    cdef uint64_t tag, size
    cdef Py_ssize_t count
    while place < end:
        if not _read_tag(&place, end, &tag):
            return False
        kind = <int> (tag >> 3)
        if tag & 7 != BYTES or not BYTES_LIST <= kind <= INT64_LIST:
            if not _skip(&place, end, tag):
                return False
            continue
        if not _read_size(&place, end, &size) or feature.counts[row] != MISSING:
            return False
        count = -1
        if kind == expected:
            count = _read_list(place, place + size, feature, row)
            if count < 0:
                return False
        feature.counts[row] = <int32_t> count
        place += size
    return True


cdef Py_ssize_t _read_list(Place place, Place end, Wanted feature, Py_ssize_t row) except -2:
    """Writes the values of field 1, packed or one by one, as far as there is room; returns their number, or -1."""
    cdef uint64_t tag, size, single = 1 << 3 | (FIXED32 if feature.kind == FLOAT_LIST else VARINT)
    cdef Py_ssize_t count = 0
    cdef Place inner_end
    while place < end:
        if not _read_tag(&place, end, &tag):
            return -1
        if tag == (1 << 3 | BYTES):
            if not _read_size(&place, end, &size):
                return -1
            inner_end = place + size
            if feature.kind == BYTES_LIST or feature.kind == TEXTS:
                if count < feature.size:
                    feature.objects[row, count] = _make_object(place, size, feature.kind)
                count += 1
                place = inner_end
            while place < inner_end:
                if not _read_number(&place, inner_end, feature, row, count):
                    return -1
                count += 1
        elif tag == single:
            if feature.kind == BYTES_LIST or feature.kind == TEXTS or not _read_number(&place, end, feature, row, count):
                return -1
            count += 1
        elif not _skip(&place, end, tag):
            return -1
    return count


cdef object _make_object(Place place, uint64_t size, int kind):
    if kind == TEXTS:
        return PyUnicode_DecodeUTF8(<char*> place, size, NULL)
    return PyBytes_FromStringAndSize(<char*> place, size)


cdef inline bint _read_number(Place* place, Place end, Wanted feature, Py_ssize_t row, Py_ssize_t count):
    cdef uint64_t integer
    cdef float number
    if feature.kind == FLOAT_LIST:
        if end - place[0] < 4:
            return False
        memcpy(&number, place[0], 4)
        place[0] += 4
        if count < feature.size:
            feature.floats[row, count] = number
        return True
    if not _read_varint(place, end, &integer):
        return False
    if count < feature.size:
        feature.integers[row, count] = <int64_t> integer
    return True


cdef inline bint _read_varint(Place* place, Place end, uint64_t* value) noexcept:
    cdef int shift = 0
    cdef unsigned char byte
    value[0] = 0
    while place[0] < end and shift < 70:
        byte = place[0][0]
        place[0] += 1
        value[0] |= <uint64_t> (byte & 127) << shift
        if byte < 128:
            return shift < 63 or byte < 2
        shift += 7
    return False


cdef inline bint _read_tag(Place* place, Place end, uint64_t* tag) noexcept:
    """Number of a field, from 1, and its wire type: 32 bits, in at most 5 bytes."""
    cdef Place start = place[0]
    return _read_varint(place, end, tag) and place[0] - start <= 5 and 8 <= tag[0] < <uint64_t> 1 << 32


cdef inline bint _read_size(Place* place, Place end, uint64_t* size) noexcept:
    """A length that fits what is left, in at most 5 bytes."""
    cdef Place start = place[0]
    return _read_varint(place, end, size) and place[0] - start <= 5 and size[0] <= <uint64_t> (end - place[0])


cdef bint _skip(Place* place, Place end, uint64_t tag) noexcept:
    """Goes over the value of a field that nobody wants."""
    cdef uint64_t size
    cdef int wire = <int> (tag & 7)
    if wire == VARINT:
        return _read_varint(place, end, &size)
    if wire == BYTES:
        if not _read_size(place, end, &size):
            return False
    elif wire == FIXED64 or wire == FIXED32:
        size = 8 if wire == FIXED64 else 4
        if size > <uint64_t> (end - place[0]):
            return False
    else:
        return False
    place[0] += size
    return True
