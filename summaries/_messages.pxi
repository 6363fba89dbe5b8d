# Protocol buffers: fields, whole messages, and the number in a tensor.

cdef struct Cursor:
    const uint8_t* at
    const uint8_t* end


cdef inline bint read_varint(Cursor* cursor, uint64_t* number) noexcept nogil:
    cdef uint64_t byte
    cdef int shift = 0
    if cursor.at < cursor.end and cursor.at[0] < 0x80:
        number[0] = cursor.at[0]
        cursor.at += 1
        return True
    number[0] = 0
    while cursor.at < cursor.end and shift < 70:
        byte = cursor.at[0]
        cursor.at += 1
        number[0] |= (byte & 0x7F) << shift
        if byte < 0x80:
            return shift < 63 or byte < 2
        shift += 7
    return False


cdef inline bint read_key(Cursor* cursor, uint64_t* key) noexcept nogil:
    """The key of the next field: its number times 8 plus its wire type."""
    return read_varint(cursor, key) and key[0] >= 8 and key[0] <= <uint64_t> 0xFFFFFFFF


cdef inline bint read_span(Cursor* cursor, Cursor* span) noexcept nogil:
    """The content of a field of bytes."""
    cdef uint64_t length
    if not read_varint(cursor, &length) or length > <uint64_t> (cursor.end - cursor.at):
        return False
    span.at = cursor.at
    cursor.at += length
    span.end = cursor.at
    return True


cdef inline bint has_left(Cursor* cursor, ptrdiff_t length) noexcept nogil:
    return cursor.end - cursor.at >= length


cdef bint skip(Cursor* cursor, int wire_type) noexcept nogil:
    """Passes over the content of a field; False for groups too, which are odd."""
    cdef uint64_t number
    cdef Cursor span
    cdef ptrdiff_t length = 8 if wire_type == 1 else 4
    if wire_type == 0:
        return read_varint(cursor, &number)
    if wire_type == 2:
        return read_span(cursor, &span)
    if wire_type not in (1, 5) or not has_left(cursor, length):
        return False
    cursor.at += length
    return True


cdef bint is_utf8(Cursor text) noexcept nogil:
    cdef uint32_t lead, second, smallest
    cdef int num_more
    while text.at < text.end:
        if has_left(&text, 8) and load_u64(text.at) & <uint64_t> 0x8080808080808080 == 0:
            text.at += 8
            continue
        lead = text.at[0]
        text.at += 1
        if lead < 0x80:
            continue
        num_more = 1 if 0xC2 <= lead < 0xE0 else 2 if 0xE0 <= lead < 0xF0 else 3 if 0xF0 <= lead < 0xF5 else 0
        if num_more == 0 or not has_left(&text, num_more):
            return False
        second = text.at[0]
        if second & 0xC0 != 0x80 or (lead == 0xE0 and second < 0xA0) or (lead == 0xED and second >= 0xA0):
            return False  # also overlong forms and surrogates
        if (lead == 0xF0 and second < 0x90) or (lead == 0xF4 and second >= 0x90):
            return False
        while num_more:
            if text.at[0] & 0xC0 != 0x80:
                return False
            text.at += 1
            num_more -= 1
    return True


# What protobuf's parser would look at inside a value: for each message, the type of each field number.
#   - unknown   i varint   8 fixed64   4 fixed32   b bytes   s text   I D F packed or not   A to H a message
cdef const char** FIELD_TYPES = [
    b"-Bssi",  # A SummaryMetadata
    b"-sb",  # B SummaryMetadata.PluginData
    b"-iiib",  # C Summary.Image
    b"-4iibs",  # D Summary.Audio
    b"-88888DD",  # E HistogramProto
    b"-iGibFDIbFIIDI--IIb",  # F TensorProto
    b"--Hi",  # G TensorShapeProto
    b"-is",  # H TensorShapeProto.Dim
    b"-s",  # I SourceMetadata
]
cdef int* NUM_FIELDS = [5, 3, 5, 6, 8, 19, 4, 3, 2]
cdef enum:
    METADATA, PLUGIN_DATA, IMAGE, AUDIO, HISTOGRAM, TENSOR, SHAPE, DIM, SOURCE_METADATA


cdef bint is_plain(Cursor message, int kind) noexcept nogil:
    """Whether protobuf would take the message, as far as that can be said without looking twice."""
    cdef uint64_t key, number
    cdef int wire_type
    cdef char type
    cdef Cursor span
    while message.at < message.end:
        if not read_key(&message, &key):
            return False
        wire_type, number = key & 7, key >> 3
        type = FIELD_TYPES[kind][number] if number < <uint64_t> NUM_FIELDS[kind] else c"-"
        if type == c"-":
            if not skip(&message, wire_type):
                return False
        elif wire_type == 2:
            if type in (c"i", c"8", c"4") or not read_span(&message, &span):
                return False
            if not is_plain_span(span, type):
                return False
        elif not (is_type_of(type, wire_type) and skip(&message, wire_type)):
            return False
    return True


cdef inline bint is_type_of(char type, int wire_type) noexcept nogil:
    if wire_type == 0:
        return type in (c"i", c"I")
    if wire_type == 1:
        return type in (c"8", c"D")
    return wire_type == 5 and type in (c"4", c"F")


cdef bint is_plain_span(Cursor span, char type) noexcept nogil:
    cdef uint64_t number
    if type == c"s":
        return is_utf8(span)
    if type == c"D" or type == c"F":
        return (span.end - span.at) % (8 if type == c"D" else 4) == 0
    if type == c"I":
        while span.at < span.end:
            if not read_varint(&span, &number):
                return False
        return True
    return type == c"b" or is_plain(span, type - c"A")


# Tensors of one number.

cdef enum:
    ODD, NO_NUMBER, NUMBER  # what a tensor is


cdef enum:
    DT_FLOAT = 1, DT_DOUBLE, DT_INT32, DT_UINT8, DT_INT16, DT_INT8, DT_INT64 = 9, DT_BOOL, DT_BFLOAT16 = 14
    DT_UINT16 = 17, DT_HALF = 19, DT_UINT32 = 22, DT_UINT64 = 23

# By dtype: the field that holds its elements, and the bytes of each in `tensor_content`. 0: no real number.
cdef int* ELEMENT_FIELDS = [0, 5, 6, 7, 7, 7, 7, 0, 0, 10, 11, 0, 0, 0, 13, 0, 0, 7, 0, 13, 0, 0, 16, 17]
cdef int* ELEMENT_BYTES = [0, 4, 8, 4, 1, 2, 1, 0, 0, 8, 1, 0, 0, 0, 2, 0, 0, 2, 0, 2, 0, 0, 4, 8]


cdef struct Number:
    double value
    const uint8_t* at  # its bytes, if they are those of a float
    size_t num_bytes


cdef struct Tensor:
    uint64_t dtype
    bint is_single
    Cursor content
    int num_elements
    uint64_t element  # the bits of the last one
    const uint8_t* at  # its place, if it takes 4 or 8 bytes


cdef inline double read_float(const uint8_t* at, size_t num_bytes) noexcept nogil:
    return float_of_bits(load_u32(at)) if num_bytes == 4 else double_of_bits(load_u64(at))


cdef int read_tensor(Cursor message, Number* number) noexcept nogil:
    """Finds the number in a tensor of one element; NO_NUMBER also where only the portable scanner can tell."""
    cdef Tensor tensor
    cdef uint64_t key
    cdef Cursor shape
    if not is_plain(message, TENSOR):
        return ODD
    memset(&tensor, 0, sizeof(Tensor))
    tensor.is_single = True
    while message.at < message.end:
        read_key(&message, &key)
        if key == 1 << 3 | 0:
            tensor.is_single &= tensor.num_elements == 0
            read_varint(&message, &tensor.dtype)
        elif key == 2 << 3 | 2:
            read_span(&message, &shape)
            tensor.is_single &= is_single(shape)
        elif key == 4 << 3 | 2:
            read_span(&message, &tensor.content)
        else:
            read_elements(&message, key, &tensor)
    if tensor.content.at < tensor.content.end:
        tensor.is_single &= tensor.num_elements == 0 and read_content(&tensor)
        tensor.num_elements += 1
    if not tensor.is_single or tensor.num_elements != 1:
        return NO_NUMBER
    if tensor.dtype == DT_FLOAT or tensor.dtype == DT_DOUBLE:
        number.at, number.num_bytes = tensor.at, 4 if tensor.dtype == DT_FLOAT else 8
    return NUMBER if decode_element(tensor.dtype, tensor.element, &number.value) else NO_NUMBER


cdef bint is_single(Cursor shape) noexcept nogil:
    """Whether all sizes of a shape are 1."""
    cdef uint64_t key, size
    cdef Cursor dim = shape
    while shape.at < shape.end:
        read_key(&shape, &key)
        if key == 3 << 3 | 0:  # of unknown rank
            return False
        if key != 2 << 3 | 2:
            skip(&shape, key & 7)
            continue
        read_span(&shape, &dim)
        size = 0
        while dim.at < dim.end:
            read_key(&dim, &key)
            if key == 1 << 3 | 0:
                read_varint(&dim, &size)
            else:
                skip(&dim, key & 7)
        if size != 1:
            return False
    return True


cdef void read_elements(Cursor* message, uint64_t key, Tensor* tensor) noexcept nogil:
    """Passes over a field, and notes its elements if they are of the dtype."""
    cdef uint64_t number = key >> 3
    cdef Cursor span
    span.at = span.end = NULL
    if tensor.dtype > DT_UINT64 or number != <uint64_t> ELEMENT_FIELDS[tensor.dtype]:
        if 5 <= number <= 18:
            tensor.is_single = False  # of another dtype, or before the dtype
        skip(message, key & 7)
        return
    if key & 7 == 2:
        read_span(message, &span)
    else:
        span.at = message.at
        skip(message, key & 7)
        span.end = message.at
    while span.at < span.end and tensor.num_elements < 2:
        tensor.num_elements += 1
        if number > 6:
            read_varint(&span, &tensor.element)
        else:
            tensor.at = span.at
            tensor.element = load_u32(span.at) if number == 5 else load_u64(span.at)
            span.at += 4 if number == 5 else 8


cdef bint read_content(Tensor* tensor) noexcept nogil:
    """Takes the element from `tensor_content`; False if it holds anything but one."""
    cdef const uint8_t* at = tensor.content.at
    cdef ptrdiff_t length = tensor.content.end - at
    tensor.at = at
    if tensor.dtype > DT_UINT64 or length != ELEMENT_BYTES[tensor.dtype]:
        return False
    if length == 1:
        tensor.element = at[0]
    elif length == 2:
        tensor.element = at[0] | <uint64_t> at[1] << 8
    else:
        tensor.element = load_u32(at) if length == 4 else load_u64(at)
    if tensor.dtype == DT_INT8:
        tensor.element = <uint64_t> <int64_t> <int8_t> tensor.element
    elif tensor.dtype == DT_INT16:
        tensor.element = <uint64_t> <int64_t> <int16_t> tensor.element
    return True


cdef bint decode_element(uint64_t dtype, uint64_t bits, double* number) noexcept nogil:
    """The number that an element is; False where it does not fit its dtype."""
    cdef int32_t word = <int32_t> <uint32_t> bits
    if dtype == DT_FLOAT:
        number[0] = float_of_bits(<uint32_t> bits)
    elif dtype == DT_DOUBLE:
        number[0] = double_of_bits(bits)
    elif dtype == DT_INT64:
        number[0] = <double> <int64_t> bits
    elif dtype == DT_UINT64:
        number[0] = <double> bits
    elif dtype == DT_UINT32:
        number[0] = <double> <uint32_t> bits
    elif dtype == DT_BOOL:
        number[0] = bits != 0
    elif dtype == DT_HALF:
        number[0] = decode_half(<uint16_t> bits)
        return bits <= 0xFFFF  # torch's writer lists the bits of a float32
    elif dtype == DT_BFLOAT16:
        number[0] = float_of_bits(<uint32_t> bits << 16)
        return bits <= 0xFFFF
    else:
        number[0] = <double> word
        return (
            dtype == DT_INT32
            or (dtype == DT_INT8 and -128 <= word < 128)
            or (dtype == DT_UINT8 and 0 <= word < 256)
            or (dtype == DT_INT16 and -32768 <= word < 32768)
            or (dtype == DT_UINT16 and 0 <= word < 65536)
        )
    return True


cdef double decode_half(uint16_t bits) noexcept nogil:
    """A float16: 1 bit of sign, 5 of exponent, 10 of fraction."""
    cdef int exponent = bits >> 10 & 31
    cdef double fraction = bits & 1023
    cdef double number
    if exponent == 31:
        number = NAN if bits & 1023 else INFINITY
    elif exponent == 0:
        number = ldexp(fraction, -24)
    else:
        number = ldexp(1024 + fraction, exponent - 25)
    return -number if bits & 0x8000 else number
