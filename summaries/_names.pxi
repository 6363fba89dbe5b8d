# Names of tags, and values as they are noted before they are added.

cdef enum:
    NOTHING = 0, SIMPLE_VALUE = 2, OLD_HISTOGRAM_MEMBER, IMAGE_MEMBER, HISTOGRAM_MEMBER, AUDIO_MEMBER, TENSOR_MEMBER = 8
    NUM_MEMBERS = 9
    NO_ID = -1


cdef struct Name:
    uint64_t hash
    size_t start  # in the arena of names
    size_t length
    int32_t follower  # the name that came after this one last time
    int32_t[NUM_MEMBERS] ids  # the tag's id by member of the oneof `value`; of a tensor that is a scalar, SIMPLE_VALUE's
    bint is_checked  # whether the next two are what the table says
    bint is_settled  # whether its metadata said which plugin it belongs to
    bint is_scalar  # whether its tensors are scalars
    uint64_t noted_in  # the event that brings its metadata
    size_t sample_start  # in the arena: a value of this name that is a scalar, and where its number lies in it
    size_t sample_length  # 0 where there is none yet
    size_t number_start
    size_t number_bytes


cdef struct Value:
    int32_t name
    int member
    bint is_scalar
    Number number
    Cursor message
    Cursor metadata


cdef size_t MAX_SAMPLE_BYTES = 1024


cdef inline uint64_t hash_text(Cursor text) noexcept nogil:
    """FNV-1a."""
    cdef uint64_t hash = <uint64_t> 0xCBF29CE484222325
    while text.at < text.end:
        hash = (hash ^ text.at[0]) * <uint64_t> 0x100000001B3
        text.at += 1
    return hash


cdef bint is_scalar_plugin(Cursor metadata) noexcept nogil:
    """Whether metadata name the plugin `scalars`."""
    cdef uint64_t key
    cdef Cursor data, name
    name.at = name.end = NULL
    while metadata.at < metadata.end:
        read_key(&metadata, &key)
        if key != (1 << 3 | 2):
            skip(&metadata, key & 7)
            continue
        read_span(&metadata, &data)
        while data.at < data.end:
            read_key(&data, &key)
            if key == (1 << 3 | 2):
                read_span(&data, &name)
            else:
                skip(&data, key & 7)
    return name.end - name.at == 7 and memcmp(name.at, b"scalars", 7) == 0
