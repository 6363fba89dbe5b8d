# Which rows of a series a card draws: `dashboard.queries.draw` for segments that stand from left to right.

cdef struct Drawn:
    int64_t* rows
    uint32_t* line_starts
    uint32_t* superseded  # of each line
    double* column  # room for a number of each row
    int64_t capacity, num_rows, num_lines, num_total
    double left, right  # positions of the picture's edges
    int64_t* cells  # room for the marks of each pixel column
    int64_t* marks  # rows of NaN and infinities to mark
    double* edges  # room for the position where each pixel column begins; the first one's is not used
    int64_t num_cells, num_marks, num_edges
    uint32_t counts[3]
    double first_steps[3]


cdef bint is_ordinary(const Curve* curve) noexcept nogil:
    """Whether each segment stands from left to right, at finite positions."""
    cdef int64_t number, first, end, row
    cdef bint falls
    if not (isfinite(curve.origin)):
        return False
    for number in range(curve.num_segments):
        first, end = curve.segment_starts[number], end_of(curve, number)
        falls = False
        if curve.is_by_step:
            for row in range(first + 1, end):
                falls |= curve.steps[row] < curve.steps[row - 1]
        else:
            for row in range(first + 1, end):
                falls |= not (curve.walls[row] >= curve.walls[row - 1])
        if falls or not (isfinite(position(curve, first)) and isfinite(position(curve, end - 1))):
            return False
    return True


cdef bint choose(const Curve* curve, const Window* window, Drawn* drawn) noexcept nogil:
    """Chooses the rows to draw; False if there is no memory for them."""
    cdef int64_t number, first, end, low, high, num_before, num_inside, segment_bad, chosen
    cdef int64_t bad = 0  # of those before the point that is looked at
    if not (reserve_rows(curve, window, drawn) and reserve_edges(window, drawn)):
        return False
    find_extent(curve, window, drawn)
    if curve.num_bad > 0 or curve.num_points > POINTS_PER_COLUMN * window.width:
        find_edges(window, drawn)
    drawn.num_rows = drawn.num_lines = drawn.num_total = 0
    for number in range(curve.num_segments):
        first, end = curve.segment_starts[number], end_of(curve, number)
        low = first if window.start == -INFINITY else find_row(curve, first, end, window.start, False)
        high = end if window.stop == INFINITY else find_row(curve, first, end, window.stop, True)
        high = max(low, high)
        drawn.num_total += high - low
        segment_bad, chosen = bad, drawn.num_rows
        bad = skip_bad(curve, bad, low)
        num_before = bad
        if low > first and not (bad > segment_bad and curve.bad[bad - 1] == low - 1):
            add_row(drawn, low - 1)
        bad = skip_bad(curve, bad, high)
        num_inside = high - low - (bad - num_before)
        if num_inside <= POINTS_PER_COLUMN * window.width:
            add_all(curve, low, high, num_before, drawn)
        else:
            add_columns(curve, low, high, window.width, drawn)
        if high < end and not (bad < curve.num_bad and curve.bad[bad] == high):
            add_row(drawn, high)
        bad = skip_bad(curve, bad, end)
        add_lines(curve, chosen, segment_bad, bad, curve.superseded[number], drawn)
    return True


cdef bint reserve_rows(const Curve* curve, const Window* window, Drawn* drawn) noexcept nogil:
    cdef int64_t number, needed = 1
    for number in range(curve.num_segments):
        needed += min(end_of(curve, number) - curve.segment_starts[number], POINTS_PER_COLUMN * window.width) + 2
    if needed <= drawn.capacity:
        return True
    cdef void* rows = realloc(drawn.rows, needed * sizeof(int64_t))
    if rows != NULL:
        drawn.rows = <int64_t*> rows
    cdef void* line_starts = realloc(drawn.line_starts, needed * sizeof(uint32_t))
    if line_starts != NULL:
        drawn.line_starts = <uint32_t*> line_starts
    cdef void* superseded = realloc(drawn.superseded, needed * sizeof(uint32_t))
    if superseded != NULL:
        drawn.superseded = <uint32_t*> superseded
    cdef void* column = realloc(drawn.column, needed * sizeof(double))
    if column != NULL:
        drawn.column = <double*> column
    if rows == NULL or line_starts == NULL or superseded == NULL or column == NULL:
        return False
    drawn.capacity = needed
    return True


cdef void find_extent(const Curve* curve, const Window* window, Drawn* drawn) noexcept nogil:
    """Positions of the picture's edges: those asked for, and where there is none, those of the series."""
    cdef int64_t number
    cdef double first, last, low = INFINITY, high = -INFINITY
    for number in range(curve.num_segments):
        first, last = position(curve, curve.segment_starts[number]), position(curve, end_of(curve, number) - 1)
        low = min(low, first)
        high = max(high, last)
    drawn.left = window.start if isfinite(window.start) else low
    drawn.right = window.stop if isfinite(window.stop) else high
    if window.is_log and not drawn.left > 0:
        drawn.left = find_first_positive(curve)


cdef double find_first_positive(const Curve* curve) noexcept nogil:
    cdef int64_t number, row, end
    cdef double least = INFINITY
    for number in range(curve.num_segments):
        end = end_of(curve, number)
        row = find_row(curve, curve.segment_starts[number], end, 0.0, True)
        if row < end:
            least = min(least, position(curve, row))
    return least


cdef bint reserve_edges(const Window* window, Drawn* drawn) noexcept nogil:
    if window.width <= drawn.num_edges:
        return True
    cdef void* edges = realloc(drawn.edges, window.width * sizeof(double))
    if edges == NULL:
        return False
    drawn.edges, drawn.num_edges = <double*> edges, window.width
    return True


cdef void find_edges(const Window* window, Drawn* drawn) noexcept nogil:
    """Where pixel columns begin; of a logarithmic axis the first is of what has no place on it."""
    cdef int64_t column
    cdef double span = drawn.right - drawn.left, growth, edge = drawn.left
    cdef double column_width = (span if span > 0 else 0.0) / window.width
    if not (window.is_log and 0 < drawn.left < drawn.right and window.width > 1):
        for column in range(1, window.width):
            drawn.edges[column] = column * column_width + drawn.left
        return
    growth = pow(drawn.right / drawn.left, 1.0 / (window.width - 1))
    for column in range(1, window.width):
        drawn.edges[column] = edge
        edge *= growth


cdef inline int64_t end_of(const Curve* curve, int64_t number) noexcept nogil:
    return curve.segment_starts[number + 1] if number + 1 < curve.num_segments else curve.num_points


cdef inline double position(const Curve* curve, int64_t row) noexcept nogil:
    return <double> curve.steps[row] if curve.is_by_step else curve.walls[row] - curve.origin


cdef inline int64_t find_row(const Curve* curve, int64_t low, int64_t high, double edge, bint is_past) noexcept nogil:
    """The first row of a range at an edge, or past it; the range's end if there is none."""
    cdef int64_t middle
    while low < high:
        middle = low + (high - low) // 2
        if is_before(curve, middle, edge, is_past):
            low = middle + 1
        else:
            high = middle
    return low


cdef inline int64_t find_near(const Curve* curve, int64_t low, int64_t high, int64_t guess, double edge) noexcept nogil:
    """The same as `find_row` finds, sooner where the guess is good: strides from it become longer until they pass."""
    cdef int64_t stride = 1
    if guess < high and is_before(curve, guess, edge, False):
        low = guess + 1
        while low + stride < high and is_before(curve, low + stride, edge, False):
            low += stride + 1
            stride *= 2
        return find_row(curve, low, min(high, low + stride), edge, False)
    high = min(high, guess)
    while high - stride >= low and not is_before(curve, high - stride, edge, False):
        high -= stride
        stride *= 2
    return find_row(curve, max(low, high - stride), high, edge, False)


cdef inline bint is_before(const Curve* curve, int64_t row, double edge, bint is_past) noexcept nogil:
    return not (edge < position(curve, row)) if is_past else position(curve, row) < edge


cdef inline int64_t skip_bad(const Curve* curve, int64_t bad, int64_t row) noexcept nogil:
    """How many points that are not finite come before a row; from `bad` on they are counted."""
    while bad < curve.num_bad and curve.bad[bad] < row:
        bad += 1
    return bad


cdef inline void add_row(Drawn* drawn, int64_t row) noexcept nogil:
    drawn.rows[drawn.num_rows] = row
    drawn.num_rows += 1


cdef void add_all(const Curve* curve, int64_t low, int64_t high, int64_t bad, Drawn* drawn) noexcept nogil:
    """Adds all finite points of a range; `bad` points come before it that are not."""
    cdef int64_t row
    for row in range(low, high):
        if bad < curve.num_bad and curve.bad[bad] == row:
            bad += 1
        else:
            add_row(drawn, row)


cdef void add_columns(const Curve* curve, int64_t low, int64_t high, int64_t width, Drawn* drawn) noexcept nogil:
    """Adds first, last, smallest and largest of the finite points of each pixel column (M4)."""
    cdef int64_t column, end, length = (high - low) // width
    for column in range(1, width):
        end = find_near(curve, low, high, low + length, drawn.edges[column])
        add_column(curve, low, end, drawn)
        length = end - low
        low = end
    add_column(curve, low, high, drawn)


cdef inline void add_column(const Curve* curve, int64_t low, int64_t high, Drawn* drawn) noexcept nogil:
    cdef int64_t row, least, most, last = high - 1
    cdef double value, smallest, largest
    while low <= last and not isfinite(curve.values[low]):
        low += 1
    while last > low and not isfinite(curve.values[last]):
        last -= 1
    if low > last:
        return
    least = most = low
    smallest = largest = curve.values[low]
    for row in range(low + 1, last + 1):
        value = curve.values[row]
        if value < smallest:
            if value > -INFINITY:
                smallest, least = value, row
        elif value > largest:
            if value < INFINITY:
                largest, most = value, row
    add_row(drawn, low)
    if min(least, most) > low:
        add_row(drawn, min(least, most))
    if max(least, most) > min(least, most):
        add_row(drawn, max(least, most))
    if last > max(least, most):
        add_row(drawn, last)


cdef void add_lines(
    const Curve* curve, int64_t chosen, int64_t bad, int64_t end_bad, uint32_t is_superseded, Drawn* drawn
) noexcept nogil:
    """Begins a line at the first row of those from `chosen` on, and at each after a NaN or Inf."""
    cdef int64_t number
    cdef bint is_start = True
    for number in range(chosen, drawn.num_rows):
        while bad < end_bad and curve.bad[bad] < drawn.rows[number]:
            bad += 1
            is_start = True
        if is_start:
            drawn.line_starts[drawn.num_lines] = <uint32_t> number
            drawn.superseded[drawn.num_lines] = is_superseded
            drawn.num_lines += 1
            is_start = False
