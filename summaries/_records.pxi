# Records: checksums, and where reading goes on after damage.

cdef extern from "_crc32c.h" nogil:
    ctypedef uint32_t (*crc32c_function)(const uint8_t*, size_t)
    crc32c_function crc32c_begin()
    bint crc32c_has_instruction()
    uint32_t crc32c_by_instruction(const uint8_t*, size_t)
    uint32_t crc32c_by_table(const uint8_t*, size_t)
    uint32_t load_u32(const uint8_t*)
    uint64_t load_u64(const uint8_t*)
    float float_of_bits(uint32_t)
    double double_of_bits(uint64_t)

cdef crc32c_function compute_crc32c = crc32c_begin()

HAS_INSTRUCTION = bool(crc32c_has_instruction())
"""Whether this machine computes checksums by an instruction."""


def crc32c(const uint8_t[::1] data, *, by_table: bool = False) -> int:
    """The checksum of `data`, in the way that the scanner uses, or by tables; for tests."""
    cdef const uint8_t* at = &data[0] if len(data) else NULL
    return crc32c_by_table(at, len(data)) if by_table else compute_crc32c(at, len(data))


cdef inline uint32_t get_masked_crc32c(const uint8_t* at, size_t length) noexcept nogil:
    cdef uint32_t crc = compute_crc32c(at, length)
    return ((crc >> 15) | (crc << 17)) + <uint32_t> 0xA282EAD8


cdef enum:
    SOUND, ODD_RECORD, END, IS_UNFINISHED, HAS_BAD_LENGTH, IS_TOO_LONG, HAS_BAD_PAYLOAD

FAULTS = {IS_UNFINISHED: UNFINISHED, HAS_BAD_LENGTH: BAD_LENGTH, IS_TOO_LONG: TOO_LONG, HAS_BAD_PAYLOAD: BAD_PAYLOAD}

cdef enum:
    HEADER = 12, FOOTER = 4, FRAME = 16


cdef int check_record(const uint8_t* at, size_t num_left, size_t* length) noexcept nogil:
    """What the record is that begins here, and how long it is, as far as that can be known."""
    cdef uint64_t num_payload
    length[0] = HEADER
    if num_left < HEADER:
        return IS_UNFINISHED
    if get_masked_crc32c(at, 8) != load_u32(at + 8):
        return HAS_BAD_LENGTH
    num_payload = load_u64(at)
    if num_payload > <uint64_t> 0x7FFFFFFF:
        return IS_TOO_LONG
    length[0] = num_payload + FRAME
    if length[0] > num_left:
        return IS_UNFINISHED
    if get_masked_crc32c(at + HEADER, num_payload) != load_u32(at + HEADER + num_payload):
        return HAS_BAD_PAYLOAD
    return SOUND


cdef size_t find_zeros(const uint8_t* data, size_t size, size_t start) noexcept nogil:
    """Where the next four zero bytes are from `start` on, else `size`."""
    cdef size_t at = start
    while at < size and size - at >= 4:
        if data[at + 3]:
            at += 4
        elif data[at + 2]:
            at += 3
        elif data[at + 1]:
            at += 2
        elif data[at]:
            at += 1
        else:
            return at
    return size


cdef size_t find_record(const uint8_t* data, size_t size, size_t start, bint is_growing) noexcept nogil:
    """`summaries.records._find_record`: where reading goes on after damage."""
    cdef size_t length
    cdef size_t zeros = find_zeros(data, size, start + 4)
    cdef size_t following
    cdef int state
    while zeros < size:
        state = check_record(data + zeros - 4, size - zeros + 4, &length)
        if state == SOUND or (is_growing and state == IS_UNFINISHED):
            return zeros - 4
        following = zeros
        while following < size and data[following] == 0:
            following += 1
        if following == size:
            break
        zeros = find_zeros(data, size, max(zeros + 1, following - 7))
    if not is_growing:
        return size
    return max(start, size - HEADER + 1) if size >= HEADER else start
