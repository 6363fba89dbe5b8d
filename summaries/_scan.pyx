# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""The compiled scanner: what `summaries.portable_scan` does, without a Python object per point.

It reads the records that writers really write. A record that is odd in any way (a field of a wrong type, a group, a
message given in two pieces, text that is no UTF-8, a graph, a session log) is handed to the portable scanner as it is,
so there is one judge of what an event is; one contract test holds both together.

No length is trusted: each is compared with the bytes that are left, never added first.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.math cimport INFINITY, NAN, ldexp
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcmp, memcpy, memmove, memset

import threading
from sys import intern

import numpy as np
from google.protobuf.message import DecodeError

from summaries.columns import Columns, Purge, make_empty_columns
from summaries.portable_scan import NO_EVENT, Rows, Scan, add_event
from summaries.records import BAD_LENGTH, BAD_PAYLOAD, TOO_LONG, UNFINISHED, Gap
from summaries.tags import KIND_OF_NUMBER, TagTable, decode_words

INTERFACE = 1  # as in `summaries.members`

include "_records.pxi"
include "_messages.pxi"
include "_rows.pxi"
include "_names.pxi"


cdef class Scanner:
    """Reads event files as `summaries.portable_scan.PortableScanner` does. Not thread-safe."""

    cdef object table
    cdef Scratch scratch
    cdef Block names, arena, values
    cdef int32_t* slots  # open addressing: the number of a name plus 1, 0 where there is none
    cdef size_t num_slots
    cdef int32_t last_name
    cdef uint64_t num_events
    cdef object table_version  # the last one that the names are known to agree with
    cdef bint is_table_ours  # whether no one else has put anything into it
    cdef const uint8_t* data
    cdef size_t size, position
    cdef int64_t offset
    cdef Py_ssize_t num_records
    cdef bint is_growing
    cdef list purges
    cdef readonly Py_ssize_t num_odd_records

    def __init__(self, tags=()):
        self.table = TagTable.make(tags)
        self.table_version = self.table.version
        self.is_table_ours = not tags
        self.purges = []

    def __dealloc__(self):
        free(self.names.items)
        free(self.arena.items)
        free(self.values.items)
        free(self.slots)

    @property
    def tags(self):
        return tuple(self.table.tags)

    def scan(self, const uint8_t[::1] data not None, *, int64_t offset, bint is_growing, str fault=""):
        cdef int state
        cdef size_t num_needed = 0
        cdef list gaps = []
        self.begin(data, offset, is_growing)
        if fault and self.size:
            self.pass_over(fault, gaps)
        while True:
            with nogil:
                state = self.run(&num_needed)
            if state == END:
                break
            if state == ODD_RECORD:
                self.read_odd_record(gaps)
            else:
                self.pass_over(FAULTS[state], gaps)
        self.data = NULL
        return Scan(tuple(gaps), self.num_records, offset + <int64_t> self.position, num_needed)

    cdef int begin(self, const uint8_t[::1] data, int64_t offset, bint is_growing) except -1:
        self.data = &data[0] if data.shape[0] else NULL
        self.size, self.position = data.shape[0], 0
        self.offset, self.is_growing, self.num_records = offset, is_growing, 0
        if self.scratch is None:
            self.scratch = getattr(idle, "scratch", None) or Scratch()
            idle.scratch = None
        return 0

    cdef int pass_over(self, str fault, list gaps) except -1:
        """Goes to the next record after damage."""
        cdef size_t begin = self.position
        with nogil:
            self.position = find_record(self.data, self.size, begin + 1, self.is_growing)
        gaps.append(Gap(self.offset + <int64_t> begin, self.position - begin, fault))
        return 0

    cdef int run(self, size_t* num_needed) except -1 nogil:
        """Reads records up to one that is not sound, or odd; tells which, and how long an unfinished one is."""
        cdef size_t length
        cdef int state
        cdef Cursor payload
        num_needed[0] = 0
        while self.position < self.size:
            state = check_record(self.data + self.position, self.size - self.position, &length)
            if state == IS_UNFINISHED and self.is_growing:
                num_needed[0] = length
                return END
            if state != SOUND:
                return state
            payload.at = self.data + self.position + HEADER
            payload.end = payload.at + (length - FRAME)
            if not self.read_event(payload):
                return ODD_RECORD
            self.position += length
            self.num_records += 1
        return END

    cdef int read_odd_record(self, list gaps) except -1:
        """Has the portable scanner read one record."""
        self.num_odd_records += 1
        cdef size_t begin = self.position + HEADER
        cdef size_t length = load_u64(self.data + self.position)
        cdef bytes payload = PyBytes_FromStringAndSize(<const char*> self.data + begin, length)
        rows = Rows()
        try:
            add_event(rows, self.table, payload, self.offset + <int64_t> begin)
        except (DecodeError, ValueError):
            gaps.append(Gap(self.offset + <int64_t> self.position, length + FRAME, NO_EVENT))
        self.add_rows(rows)
        if self.table.version != self.table_version:
            self.table_version = self.table.version
            self.is_table_ours = False
            self.doubt_names()
        self.position += length + FRAME
        self.num_records += 1
        return 0

    cdef int add_rows(self, rows) except -1:
        purges = [(step, row + self.scratch.rows.num_items, blob_row + self.scratch.places.num_items)
                  for step, row, blob_row in rows.purges]
        self.purges += purges
        for tag_id, step, wall_time, value in zip(rows.tag_ids, rows.steps, rows.wall_times, rows.values):
            self.add_scalar(tag_id, step, wall_time, value)
        for tag_id, step, wall_time, start, length in rows.blobs:
            self.add_blob(tag_id, step, wall_time, start, length)
        return 0

    cdef inline int add_scalar(self, int32_t tag_id, int64_t step, double wall_time, double value) except -1 nogil:
        cdef Block* rows = &self.scratch.rows
        cdef Row* row
        if not reserve(rows, 1, sizeof(Row)):
            with gil:
                raise MemoryError
        row = <Row*> rows.items + rows.num_items
        rows.num_items += 1
        row.step, row.wall_time, row.value, row.tag_id = step, wall_time, value, tag_id
        return 0

    cdef inline int add_blob(
        self, int32_t tag_id, int64_t step, double wall_time, int64_t offset, int64_t length
    ) except -1 nogil:
        cdef Block* places = &self.scratch.places
        cdef Place* place
        if not reserve(places, 1, sizeof(Place)):
            with gil:
                raise MemoryError
        place = <Place*> places.items + places.num_items
        places.num_items += 1
        place.step, place.wall_time, place.tag_id = step, wall_time, tag_id
        place.offset, place.length = offset, length
        return 0

    # One event: first all of it is looked at, then what it holds is added, so that an odd one leaves no trace.

    cdef int read_event(self, Cursor event) except -1 nogil:
        """Adds what an event holds; 0 if it is odd, and then nothing was added."""
        cdef int64_t step = 0
        cdef double wall_time = 0
        cdef uint64_t key, number
        cdef bint has_version = False
        cdef bint has_summary = False
        cdef Cursor span
        self.values.num_items = 0
        self.num_events += 1
        while event.at < event.end:
            if not read_key(&event, &key):
                return 0
            if key == (1 << 3 | 1) and has_left(&event, 8):
                wall_time = double_of_bits(load_u64(event.at))
                event.at += 8
            elif key == (2 << 3 | 0):
                if not read_varint(&event, &number):
                    return 0
                step = <int64_t> number
            elif key == (5 << 3 | 2):
                has_summary = True
                if not (read_span(&event, &span) and self.read_summary(span)):
                    return 0
            elif key == (3 << 3 | 2):
                has_version = True
                if not (read_span(&event, &span) and is_utf8(span)):
                    return 0
            elif key == (10 << 3 | 2):
                if not (read_span(&event, &span) and is_plain(span, SOURCE_METADATA)):
                    return 0
            elif key >> 3 <= 10 or not skip(&event, key & 7):
                return 0
        if has_version and has_summary:
            return 0
        self.add_values(step, wall_time)
        return 1

    cdef int read_summary(self, Cursor summary) except -1 nogil:
        cdef uint64_t key
        cdef Cursor span
        while summary.at < summary.end:
            if not read_key(&summary, &key):
                return 0
            if key == (1 << 3 | 2):
                if not (read_span(&summary, &span) and self.read_value(span)):
                    return 0
            elif key >> 3 == 1 or not skip(&summary, key & 7):
                return 0
        return 1

    cdef int read_value(self, Cursor message) except -1 nogil:
        """Notes a value of a summary; 0 if it is odd."""
        cdef Value* value
        cdef Cursor tag, tensor
        cdef uint64_t key
        cdef bint has_tag = False
        if not reserve(&self.values, 1, sizeof(Value)):
            with gil:
                raise MemoryError
        value = <Value*> self.values.items + self.values.num_items
        memset(value, 0, sizeof(Value))
        if self.read_known_value(message, value):
            self.values.num_items += 1
            return 1
        tag.at = tag.end = message.end
        tensor.at = tensor.end = NULL
        value.message = message
        while message.at < message.end:
            if not read_key(&message, &key):
                return 0
            if key == (2 << 3 | 5) and has_left(&message, 4):
                value.member = SIMPLE_VALUE
                value.number.at, value.number.num_bytes = message.at, 4
                value.number.value = float_of_bits(load_u32(message.at))
                message.at += 4
            elif key == (1 << 3 | 2):
                if has_tag or not read_span(&message, &tag):
                    return 0
                has_tag = True
            elif not read_member(&message, key, value, &tensor):
                return 0
        value.name = self.find_name(tag)
        if value.name < 0 or not self.find_meaning(value, tensor):
            return 0
        self.keep_sample(value)
        if value.member != NOTHING or value.metadata.at != NULL:
            self.values.num_items += 1
        return 1

    cdef bint read_known_value(self, Cursor message, Value* value) noexcept nogil:
        """Reads a value of the name that is expected next, if it is like the sample but for its number."""
        cdef Name* name
        cdef const char* sample
        cdef size_t end
        if not self.names.num_items:
            return False
        value.name = (<Name*> self.names.items)[self.last_name].follower
        name = <Name*> self.names.items + value.name
        if name.sample_length == 0 or <size_t> (message.end - message.at) != name.sample_length:
            return False
        sample, end = self.arena.items + name.sample_start, name.number_start + name.number_bytes
        if memcmp(message.at, sample, name.number_start) or memcmp(message.at + end, sample + end, name.sample_length - end):
            return False
        value.is_scalar, value.member = True, SIMPLE_VALUE
        value.number.value = read_float(message.at + name.number_start, name.number_bytes)
        self.last_name = value.name
        return True

    cdef int keep_sample(self, Value* value) except -1 nogil:
        """Keeps the bytes of a value that the next ones of its name will be like."""
        cdef Name* name = <Name*> self.names.items + value.name
        cdef size_t length = value.message.end - value.message.at
        if not value.is_scalar or value.number.at == NULL or name.sample_length or length > MAX_SAMPLE_BYTES:
            return 0
        if value.metadata.at != NULL and not name.is_settled:
            return 0  # they say something new
        if not reserve(&self.arena, length, 1):
            with gil:
                raise MemoryError
        memcpy(self.arena.items + self.arena.num_items, value.message.at, length)
        name.sample_start, name.sample_length = self.arena.num_items, length
        name.number_start, name.number_bytes = value.number.at - value.message.at, value.number.num_bytes
        self.arena.num_items += length
        return 0

    cdef int find_meaning(self, Value* value, Cursor tensor) except -1 nogil:
        """Finds whether a value is a scalar; 0 where only the portable scanner can tell."""
        cdef Name* name = <Name*> self.names.items + value.name
        cdef int content
        value.is_scalar = value.member == SIMPLE_VALUE
        if value.is_scalar and value.metadata.at == NULL and tensor.at == NULL:
            return 1
        if value.member != TENSOR_MEMBER and tensor.at != NULL:
            return 0  # one that another member replaces
        if not name.is_checked:
            with gil:
                self.check_name(value.name)
        if not name.is_settled:
            if name.noted_in == self.num_events:
                return 0  # a value before this one in the event says what it is
            if value.metadata.at != NULL:
                name.noted_in = self.num_events
        if value.member == NOTHING:
            return not name.is_settled and value.metadata.at == NULL
        if value.member != TENSOR_MEMBER:
            return 1
        if name.is_settled:
            value.is_scalar = name.is_scalar
        elif value.metadata.at != NULL:
            value.is_scalar = is_scalar_plugin(value.metadata)
        content = read_tensor(tensor, &value.number)
        return content == NUMBER or (content == NO_NUMBER and not value.is_scalar)

    cdef int add_values(self, int64_t step, double wall_time) except -1 nogil:
        """Adds what the event's values hold."""
        cdef size_t index
        cdef Value* value
        cdef Name* name
        cdef int member
        for index in range(self.values.num_items):
            value = <Value*> self.values.items + index
            name = <Name*> self.names.items + value.name
            member = SIMPLE_VALUE if value.is_scalar else value.member
            if value.metadata.at != NULL and not name.is_settled:
                with gil:
                    self.remember(value)
            if name.ids[member] == NO_ID:
                with gil:
                    self.find_id(value.name, member)
            if value.is_scalar:
                self.add_scalar(name.ids[member], step, wall_time, value.number.value)
            else:
                self.add_blob(
                    name.ids[member], step, wall_time,
                    self.offset + (value.message.at - self.data), value.message.end - value.message.at,
                )
        return 0

    # Names: what the table knows, kept where no Python object is needed.

    cdef int32_t find_name(self, Cursor text) except -2 nogil:
        """The number of a name, a new one the first time; -1 if it is no UTF-8."""
        cdef Name* names = <Name*> self.names.items
        cdef size_t length = text.end - text.at
        cdef int32_t number
        cdef uint64_t hash
        cdef size_t slot
        if self.names.num_items:
            number = names[self.last_name].follower
            if names[number].length == length and not memcmp(self.arena.items + names[number].start, text.at, length):
                self.last_name = number
                return number
        hash = hash_text(text)
        number = -1
        if self.num_slots:
            slot = hash & (self.num_slots - 1)
            while self.slots[slot]:
                number = self.slots[slot] - 1
                if names[number].hash == hash and names[number].length == length and not memcmp(
                    self.arena.items + names[number].start, text.at, length
                ):
                    break
                number = -1
                slot = (slot + 1) & (self.num_slots - 1)
        if number < 0:
            if not is_utf8(text):
                return -1
            number = self.add_name(text, hash)
        (<Name*> self.names.items)[self.last_name].follower = number
        self.last_name = number
        return number

    cdef int32_t add_name(self, Cursor text, uint64_t hash) except -2 nogil:
        cdef size_t length = text.end - text.at
        cdef Name* name
        if not (
            reserve(&self.names, 1, sizeof(Name)) and reserve(&self.arena, length + 1, 1) and self.reserve_slots()
        ):
            with gil:
                raise MemoryError
        name = <Name*> self.names.items + self.names.num_items
        memset(name, 0, sizeof(Name))
        memset(name.ids, 0xFF, sizeof(name.ids))
        name.hash, name.start, name.length = hash, self.arena.num_items, length
        name.is_checked = self.is_table_ours
        if length:
            memcpy(self.arena.items + self.arena.num_items, text.at, length)
        self.arena.num_items += length
        self.names.num_items += 1
        self.put_into_slot(self.names.num_items - 1)
        return <int32_t> self.names.num_items - 1

    cdef bint reserve_slots(self) noexcept nogil:
        """Keeps at least half of the slots free."""
        cdef size_t num_slots = max(2 * self.num_slots, <size_t> 64)
        cdef int32_t* slots
        cdef size_t number
        if 2 * (self.names.num_items + 1) <= self.num_slots:
            return True
        slots = <int32_t*> realloc(self.slots, num_slots * sizeof(int32_t))
        if slots == NULL:
            return False
        memset(slots, 0, num_slots * sizeof(int32_t))
        self.slots, self.num_slots = slots, num_slots
        for number in range(self.names.num_items):
            self.put_into_slot(number)
        return True

    cdef void put_into_slot(self, size_t number) noexcept nogil:
        cdef size_t slot = (<Name*> self.names.items)[number].hash & (self.num_slots - 1)
        while self.slots[slot]:
            slot = (slot + 1) & (self.num_slots - 1)
        self.slots[slot] = <int32_t> number + 1

    cdef str get_text(self, Name* name):
        text = (<const uint8_t*> self.arena.items)[name.start:name.start + name.length].decode("utf-8")
        return intern(text)  # the same in many files

    cdef int find_id(self, int32_t number, int member) except -1:
        """Has the table name the tag of a member of `value`."""
        cdef Name* name = <Name*> self.names.items + number
        text = self.get_text(name)
        kind = self.table.get_tensor_kind(text) if member == TENSOR_MEMBER else KIND_OF_NUMBER[member]
        name.ids[member] = self.table.get_id(text, kind)
        self.table_version = self.table.version
        return 0

    cdef int remember(self, Value* value) except -1:
        """Has the table take in metadata."""
        cdef Name* name = <Name*> self.names.items + value.name
        cdef ptrdiff_t length = value.metadata.end - value.metadata.at
        metadata = PyBytes_FromStringAndSize(<const char*> value.metadata.at, length)
        self.table.remember(self.get_text(name), decode_words(metadata))
        self.table_version = self.table.version
        return self.check_name(value.name)

    cdef int check_name(self, int32_t number) except -1:
        cdef Name* name = <Name*> self.names.items + number
        text = self.get_text(name)
        name.is_checked = True
        name.is_settled = bool(self.table.get_plugin_name(text))
        name.is_scalar = name.is_settled and self.table.get_tensor_kind(text) == "scalars"
        name.ids[TENSOR_MEMBER] = NO_ID
        return 0

    cdef void doubt_names(self) noexcept:
        cdef size_t number
        for number in range(self.names.num_items):
            (<Name*> self.names.items)[number].is_checked = False

    # From rows in the order of the file to columns grouped by tag.

    def take(self):
        """The columns of all that was scanned since the last call."""
        cdef Scratch scratch = self.scratch
        cdef size_t num_tags = len(self.table.tags)
        cdef size_t num_rows, num_places
        cdef int64_t* block
        cdef int64_t* place_block
        cdef int64_t* starts
        if scratch is None:
            return make_empty_columns(num_tags)
        num_rows, num_places = scratch.rows.num_items, scratch.places.num_items
        memory = PyByteArray_FromStringAndSize(NULL, 8 * (3 * num_rows + 4 * num_places + 2 * (num_tags + 1)))
        block = <int64_t*> PyByteArray_AS_STRING(memory)
        place_block = block + 3 * num_rows
        starts = place_block + 4 * num_places
        with nogil:
            sort_rows(<Row*> scratch.rows.items, num_rows, num_tags, starts, block)
            sort_places(<Place*> scratch.places.items, num_places, num_tags, starts + num_tags + 1, place_block)
        purges = self.take_purges(num_tags)
        self.give_back()
        return make_columns(memory, num_rows, num_places, num_tags, purges)

    cdef tuple take_purges(self, size_t num_tags):
        cdef int64_t[::1] rows
        cdef int64_t[::1] places
        cdef size_t row = 0
        cdef size_t place = 0
        if not self.purges:
            return ()
        counts, blob_counts = np.zeros(num_tags, np.int64), np.zeros(num_tags, np.int64)
        rows, places = counts, blob_counts
        taken = []
        for step, end, blob_end in self.purges:
            while row < <size_t> end:
                rows[(<Row*> self.scratch.rows.items)[row].tag_id] += 1
                row += 1
            while place < <size_t> blob_end:
                places[(<Place*> self.scratch.places.items)[place].tag_id] += 1
                place += 1
            taken.append(Purge(step, counts.copy(), blob_counts.copy()))
        self.purges = []
        return tuple(taken)

    cdef int give_back(self) except -1:
        """Leaves the scratch columns to the next scanner of this thread, unless they have become large."""
        cdef Scratch scratch = self.scratch
        self.scratch = None
        scratch.rows.num_items = scratch.places.num_items = 0
        if scratch.rows.capacity <= MAX_KEPT_ITEMS and scratch.places.capacity <= MAX_KEPT_ITEMS:
            idle.scratch = scratch
        return 0


cdef bint read_member(Cursor* message, uint64_t key, Value* value, Cursor* tensor) noexcept nogil:
    """Reads one of the rarer fields of a value; False if it is odd."""
    cdef Cursor span
    cdef uint64_t number = key >> 3
    if number > 9:
        return skip(message, key & 7)
    if key & 7 != 2 or number < 3 or not read_span(message, &span):
        return False
    if number == 7:
        return is_utf8(span)
    if number == 9:
        if value.metadata.at != NULL:
            return False  # in two pieces
        value.metadata = span
        return is_plain(span, METADATA)
    value.member = <int> number
    if number == OLD_HISTOGRAM_MEMBER:
        return True
    if number == TENSOR_MEMBER:
        if tensor.at != NULL:
            return False  # in two pieces
        tensor[0] = span
        return True
    return is_plain(span, IMAGE if number == IMAGE_MEMBER else HISTOGRAM if number == HISTOGRAM_MEMBER else AUDIO)
