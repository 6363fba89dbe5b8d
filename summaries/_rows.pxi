# Rows while they are found, in the order of the file, and how they become columns grouped by tag.

cdef struct Block:
    char* items
    size_t num_items
    size_t capacity


cdef inline bint reserve(Block* block, size_t num_more, size_t item_size) noexcept nogil:
    """Makes room for more items; False where there is no memory."""
    cdef size_t capacity
    cdef char* items
    if num_more <= block.capacity - block.num_items:
        return True
    capacity = max(2 * block.capacity, block.num_items + num_more, <size_t> 16)
    items = <char*> realloc(block.items, capacity * item_size)
    if items == NULL:
        return False
    block.items, block.capacity = items, capacity
    return True


cdef struct Row:
    int64_t step
    double wall_time
    double value
    int32_t tag_id


cdef struct Place:
    int64_t step
    double wall_time
    int64_t offset
    int64_t length
    int32_t tag_id


cdef class Scratch:
    """Rows in the order of the file; one lives on in each thread, so that memory is taken once."""

    cdef Block rows
    cdef Block places

    def __dealloc__(self):
        free(self.rows.items)
        free(self.places.items)


cdef size_t MAX_KEPT_ITEMS = 1 << 20
idle = threading.local()


cdef void find_starts(int64_t* starts, size_t num_tags) noexcept nogil:
    """From counts, which stand one place later, to starts."""
    cdef size_t tag
    for tag in range(num_tags):
        starts[tag + 1] += starts[tag]


cdef void restore_starts(int64_t* starts, size_t num_tags) noexcept nogil:
    """Undoes that each start was counted up to the next one."""
    memmove(starts + 1, starts, num_tags * sizeof(int64_t))
    starts[0] = 0


cdef void sort_rows(Row* rows, size_t num_rows, size_t num_tags, int64_t* starts, int64_t* block) noexcept nogil:
    """A stable counting sort by tag into three columns."""
    cdef int64_t* steps = block
    cdef double* wall_times = <double*> (block + num_rows)
    cdef double* values = <double*> (block + 2 * num_rows)
    cdef size_t index
    cdef int64_t place
    memset(starts, 0, (num_tags + 1) * sizeof(int64_t))
    for index in range(num_rows):
        starts[rows[index].tag_id + 1] += 1
    find_starts(starts, num_tags)
    for index in range(num_rows):
        place = starts[rows[index].tag_id]
        starts[rows[index].tag_id] = place + 1
        steps[place], wall_times[place], values[place] = rows[index].step, rows[index].wall_time, rows[index].value
    restore_starts(starts, num_tags)


cdef void sort_places(
    Place* rows, size_t num_rows, size_t num_tags, int64_t* starts, int64_t* block
) noexcept nogil:
    """The same into four columns."""
    cdef int64_t* steps = block
    cdef double* wall_times = <double*> (block + num_rows)
    cdef int64_t* offsets = block + 2 * num_rows
    cdef int64_t* lengths = block + 3 * num_rows
    cdef size_t index
    cdef int64_t place
    memset(starts, 0, (num_tags + 1) * sizeof(int64_t))
    for index in range(num_rows):
        starts[rows[index].tag_id + 1] += 1
    find_starts(starts, num_tags)
    for index in range(num_rows):
        place = starts[rows[index].tag_id]
        starts[rows[index].tag_id] = place + 1
        steps[place], wall_times[place] = rows[index].step, rows[index].wall_time
        offsets[place], lengths[place] = rows[index].offset, rows[index].length
    restore_starts(starts, num_tags)


cdef make_columns(memory, size_t num_rows, size_t num_places, size_t num_tags, tuple purges):
    """Columns that lie behind each other in `memory`."""
    ints = np.frombuffer(memory, np.int64)
    floats = ints.view(np.float64)
    cdef size_t place = 3 * num_rows
    cdef size_t starts = place + 4 * num_places
    cdef size_t blob_starts = starts + num_tags + 1
    return Columns(
        ints[:num_rows],
        floats[num_rows:2 * num_rows],
        floats[2 * num_rows:place],
        ints[starts:blob_starts],
        ints[place:place + num_places],
        floats[place + num_places:place + 2 * num_places],
        ints[place + 2 * num_places:place + 3 * num_places],
        ints[place + 3 * num_places:starts],
        ints[blob_starts:],
        purges,
    )
