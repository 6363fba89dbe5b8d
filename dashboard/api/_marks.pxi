# What a card says of NaN and infinities: `dashboard.queries.non_finite` for segments that stand from left to right.

cdef enum:
    NUM_KINDS = 3  # NaN, +Inf, -Inf


cdef bint choose_marks(const Curve* curve, const Window* window, Drawn* drawn) noexcept nogil:
    """Counts the points of the range, and chooses the first of each kind in every pixel column; False without memory.

    A segment's points stand from left to right, but segments may lie over each other.
    """
    cdef int64_t number, row, cell, segment = 0
    cdef double x
    drawn.num_marks = 0
    for number in range(NUM_KINDS):
        drawn.counts[number], drawn.first_steps[number] = 0, NAN
    if curve.num_bad == 0:
        return True
    if not reserve_cells(window, drawn):
        return False
    memset(drawn.cells, 0xFF, NUM_KINDS * window.width * sizeof(int64_t))  # -1 is none
    for number in range(curve.num_bad):
        row = curve.bad[number]
        while row >= end_of(curve, segment):
            segment += 1
        x = position(curve, row)
        if not (x >= window.start and x <= window.stop):
            continue
        if not curve.superseded[segment]:
            count_bad(curve, row, drawn)
        cell = NUM_KINDS * find_column(x, window.width, drawn.edges) + kind_of(curve.values[row])
        if drawn.cells[cell] < 0 or x < position(curve, drawn.cells[cell]):
            drawn.cells[cell] = row
    for number in range(window.width):
        add_marks(curve, drawn.cells + NUM_KINDS * number, drawn)
    return True


cdef bint reserve_cells(const Window* window, Drawn* drawn) noexcept nogil:
    cdef int64_t needed = NUM_KINDS * window.width
    if needed <= drawn.num_cells:
        return True
    cdef void* cells = realloc(drawn.cells, needed * sizeof(int64_t))
    if cells != NULL:
        drawn.cells = <int64_t*> cells
    cdef void* marks = realloc(drawn.marks, needed * sizeof(int64_t))
    if marks != NULL:
        drawn.marks = <int64_t*> marks
    if cells == NULL or marks == NULL:
        return False
    drawn.num_cells = needed
    return True


cdef inline int kind_of(double value) noexcept nogil:
    return 1 if value > 0 else 2 if value < 0 else 0


cdef inline void count_bad(const Curve* curve, int64_t row, Drawn* drawn) noexcept nogil:
    cdef int kind = kind_of(curve.values[row])
    cdef double step = <double> curve.steps[row]
    if drawn.counts[kind] == 0 or step < drawn.first_steps[kind]:
        drawn.first_steps[kind] = step
    drawn.counts[kind] += 1


cdef inline int64_t find_column(double x, int64_t width, const double* edges) noexcept nogil:
    """The pixel column of a position; what lies outside of the picture is in the outermost."""
    cdef int64_t low = 0, high = width - 1, middle
    while low < high:
        middle = high - (high - low) // 2
        if edges[middle] <= x:
            low = middle
        else:
            high = middle - 1
    return low


cdef inline void add_marks(const Curve* curve, int64_t* cells, Drawn* drawn) noexcept nogil:
    """Adds the marks of one pixel column, from left to right, and of one position in the order of logging."""
    cdef int64_t place, begin = drawn.num_marks
    cdef int kind
    for kind in range(NUM_KINDS):
        if cells[kind] < 0:
            continue
        place = drawn.num_marks
        while place > begin and is_right_of(curve, drawn.marks[place - 1], cells[kind]):
            drawn.marks[place] = drawn.marks[place - 1]
            place -= 1
        drawn.marks[place] = cells[kind]
        drawn.num_marks += 1


cdef inline bint is_right_of(const Curve* curve, int64_t row, int64_t other) noexcept nogil:
    cdef double x = position(curve, row), other_x = position(curve, other)
    return x > other_x or (x == other_x and row > other)
