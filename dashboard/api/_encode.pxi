# Drawn rows as bytes: `dashboard.api.wire.encode_body`, with the moving average of `dashboard.queries.smooth`.

cdef struct Head:
    uint64_t num_total
    uint32_t num_drawn, num_lines, num_marks, flags
    double first_wall, wall_base
    uint32_t counts[3]
    uint32_t nothing
    double first_steps[3]
    double last_value, step_base


cdef bint encode(const Curve* curve, const Window* window, const Drawn* drawn, Buffer* buffer) noexcept nogil:
    """Adds the body of a series to the bytes; False if there is no memory for it."""
    cdef size_t num_bytes = sizeof(Head) + (8 + 8 + 16) * (drawn.num_rows + 1) + 8 * (drawn.num_lines + 2)
    if not reserve_bytes(buffer, num_bytes + 16 * (drawn.num_marks + 2)):
        return False
    cdef bint is_wide = needs_float64(curve, drawn)
    cdef double wall_base = find_wall_base(curve, drawn)
    cdef Head* head = <Head*> (buffer.bytes + buffer.size)
    cdef int64_t number
    memset(head, 0, sizeof(Head))
    head.num_total = drawn.num_total
    head.num_drawn, head.num_lines, head.num_marks = drawn.num_rows, drawn.num_lines, drawn.num_marks
    head.flags = (FLAG_FLOAT64 if is_wide else 0) | (FLAG_SMOOTHED if window.weight > 0 else 0)
    head.first_wall, head.wall_base = curve.first_wall, wall_base
    for number in range(3):
        head.counts[number], head.first_steps[number] = drawn.counts[number], drawn.first_steps[number]
    head.last_value = find_last_value(curve)
    cdef uint32_t step_flag = find_step_form(curve, drawn, &head.step_base)
    cdef double step_base = head.step_base
    head.flags |= step_flag
    buffer.size += sizeof(Head)
    add_steps(curve, drawn.rows, drawn.num_rows, step_flag, step_base, buffer)
    add_walls(curve, drawn.rows, drawn.num_rows, wall_base, buffer)
    for number in range(drawn.num_rows):
        drawn.column[number] = curve.values[drawn.rows[number]]
    add_floats(drawn.column, drawn.num_rows, is_wide, buffer)
    if window.weight > 0:
        smooth(curve, window.weight, drawn, drawn.column)
        add_floats(drawn.column, drawn.num_rows, is_wide, buffer)
    add_words(drawn.line_starts, drawn.num_lines, buffer)
    add_words(drawn.superseded, drawn.num_lines, buffer)
    add_steps(curve, drawn.marks, drawn.num_marks, step_flag, step_base, buffer)
    add_walls(curve, drawn.marks, drawn.num_marks, wall_base, buffer)
    add_kinds(curve, drawn, buffer)
    return True


cdef bint reserve_bytes(Buffer* buffer, size_t num_bytes) noexcept nogil:
    cdef size_t needed = buffer.size + num_bytes
    if needed <= buffer.capacity:
        return True
    needed = max(needed, 2 * buffer.capacity)
    cdef void* bytes = realloc(buffer.bytes, needed)
    if bytes == NULL:
        return False
    buffer.bytes, buffer.capacity = <uint8_t*> bytes, needed
    return True


cdef bint needs_float64(const Curve* curve, const Drawn* drawn) noexcept nogil:
    cdef int64_t number
    cdef double value
    cdef bint is_wide = False
    for number in range(drawn.num_rows):
        value = curve.values[drawn.rows[number]]
        is_wide |= <double> <float> value != value
    return is_wide


cdef double find_wall_base(const Curve* curve, const Drawn* drawn) noexcept nogil:
    """The first finite time of those that travel; 0 where there is none."""
    cdef int64_t number
    for number in range(drawn.num_rows):
        if isfinite(curve.walls[drawn.rows[number]]):
            return curve.walls[drawn.rows[number]]
    for number in range(drawn.num_marks):
        if isfinite(curve.walls[drawn.marks[number]]):
            return curve.walls[drawn.marks[number]]
    return 0.0


cdef double find_last_value(const Curve* curve) noexcept nogil:
    """The value of the last point that no restart replaced; NaN where there is none."""
    cdef int64_t number
    for number in range(curve.num_segments - 1, -1, -1):
        if not curve.superseded[number]:
            return curve.values[end_of(curve, number) - 1]
    return NAN


cdef void smooth(const Curve* curve, double weight, const Drawn* drawn, double* smoothed) noexcept nogil:
    """The bias-corrected moving average of all points that count, at the drawn ones; others stay as they are."""
    cdef double average = 0, gain = 1 - weight, log_weight = log(weight), value
    cdef int64_t num_corrected = <int64_t> ceil(min(1e15, -54 * log(2.0) / log_weight))  # 1 in float64 after those
    cdef int64_t number, row, end, count = 0, next = 0
    for number in range(curve.num_segments):
        row, end = curve.segment_starts[number], end_of(curve, number)
        if curve.superseded[number]:
            while next < drawn.num_rows and drawn.rows[next] < end:
                smoothed[next] = curve.values[drawn.rows[next]]
                next += 1
            continue
        while next < drawn.num_rows and row < end:
            value = curve.values[row]
            if isfinite(value):
                average = weight * average + gain * value
                count += 1
            if row == drawn.rows[next]:
                smoothed[next] = average / -expm1(log_weight * count) if count <= num_corrected else average
                next += 1
            row += 1


cdef uint32_t find_step_form(const Curve* curve, const Drawn* drawn, double* base) noexcept nogil:
    """The flag of the narrowest form that holds all steps, and their base."""
    cdef double low = INFINITY, high = -INFINITY
    cdef int64_t number
    for number in range(drawn.num_rows):
        low = min(low, <double> curve.steps[drawn.rows[number]])
        high = max(high, <double> curve.steps[drawn.rows[number]])
    for number in range(drawn.num_marks):
        low = min(low, <double> curve.steps[drawn.marks[number]])
        high = max(high, <double> curve.steps[drawn.marks[number]])
    if drawn.num_rows + drawn.num_marks == 0 or high - low >= 4294967296.0:
        return 0
    base[0] = low
    return FLAG_STEPS16 if high - low < 65536.0 else FLAG_STEPS32


cdef void add_steps(
    const Curve* curve, const int64_t* rows, int64_t num_rows, uint32_t form, double base, Buffer* buffer
) noexcept nogil:
    cdef void* column = buffer.bytes + buffer.size
    cdef int64_t number
    if form == FLAG_STEPS16:
        for number in range(num_rows):
            (<uint16_t*> column)[number] = <uint16_t> (<double> curve.steps[rows[number]] - base)
        end_column(num_rows * sizeof(uint16_t), buffer)
    elif form == FLAG_STEPS32:
        for number in range(num_rows):
            (<uint32_t*> column)[number] = <uint32_t> (<double> curve.steps[rows[number]] - base)
        end_column(num_rows * sizeof(uint32_t), buffer)
    else:
        for number in range(num_rows):
            (<double*> column)[number] = <double> curve.steps[rows[number]]
        end_column(num_rows * sizeof(double), buffer)


cdef void add_walls(
    const Curve* curve, const int64_t* rows, int64_t num_rows, double wall_base, Buffer* buffer
) noexcept nogil:
    cdef float* column = <float*> (buffer.bytes + buffer.size)
    cdef int64_t number
    for number in range(num_rows):
        column[number] = <float> (curve.walls[rows[number]] - wall_base)
    end_column(num_rows * sizeof(float), buffer)


cdef void add_floats(const double* column, int64_t num_rows, bint is_wide, Buffer* buffer) noexcept nogil:
    if is_wide:
        memcpy(buffer.bytes + buffer.size, column, num_rows * sizeof(double))
        buffer.size += num_rows * sizeof(double)
        return
    cdef float* narrow = <float*> (buffer.bytes + buffer.size)
    cdef int64_t number
    for number in range(num_rows):
        narrow[number] = <float> column[number]
    end_column(num_rows * sizeof(float), buffer)


cdef void add_words(const uint32_t* words, int64_t num_words, Buffer* buffer) noexcept nogil:
    memcpy(buffer.bytes + buffer.size, words, num_words * sizeof(uint32_t))
    end_column(num_words * sizeof(uint32_t), buffer)


cdef void add_kinds(const Curve* curve, const Drawn* drawn, Buffer* buffer) noexcept nogil:
    """0 for NaN, 1 for +Inf, 2 for −Inf."""
    cdef uint32_t* column = <uint32_t*> (buffer.bytes + buffer.size)
    cdef int64_t number
    for number in range(drawn.num_marks):
        column[number] = kind_of(curve.values[drawn.marks[number]])
    end_column(drawn.num_marks * sizeof(uint32_t), buffer)


cdef void end_column(size_t num_bytes, Buffer* buffer) noexcept nogil:
    """Counts a column in, and fills it up to a multiple of 8 bytes."""
    memset(buffer.bytes + buffer.size + num_bytes, 0, -num_bytes & 7)
    buffer.size += num_bytes + (-num_bytes & 7)
