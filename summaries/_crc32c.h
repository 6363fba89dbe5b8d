/* CRC32C (Castagnoli) in three ways: by the instructions of x86 (SSE4.2) or of ARMv8, and by tables anywhere.
 *
 * The instructions are compiled by function attributes, not by flags, and chosen at run time: one binary runs on every
 * machine of its architecture.
 */
#ifndef SUMMARIES_CRC32C_H
#define SUMMARIES_CRC32C_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t load_u32(const unsigned char *at)
{
    uint32_t bits;
    memcpy(&bits, at, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = __builtin_bswap32(bits);
#endif
    return bits;
}

static inline uint64_t load_u64(const unsigned char *at)
{
    uint64_t bits;
    memcpy(&bits, at, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = __builtin_bswap64(bits);
#endif
    return bits;
}

static inline float float_of_bits(uint32_t bits)
{
    float number;
    memcpy(&number, &bits, 4);
    return number;
}

static inline double double_of_bits(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, 8);
    return number;
}

/* Eight tables: what a byte does to the checksum when 0 to 7 bytes follow it ("slicing by 8"). */
static uint32_t crc32c_tables[8][256];

static void crc32c_make_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
        crc32c_tables[0][byte] = crc;
    }
    for (int row = 1; row < 8; row++)
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t crc = crc32c_tables[row - 1][byte];
            crc32c_tables[row][byte] = (crc >> 8) ^ crc32c_tables[0][crc & 0xFF];
        }
}

static uint32_t crc32c_by_table(const unsigned char *at, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (; length >= 8; at += 8, length -= 8) {
        uint32_t low = crc ^ load_u32(at), high = load_u32(at + 4);
        crc = crc32c_tables[7][low & 0xFF] ^ crc32c_tables[6][low >> 8 & 0xFF] ^ crc32c_tables[5][low >> 16 & 0xFF]
            ^ crc32c_tables[4][low >> 24] ^ crc32c_tables[3][high & 0xFF] ^ crc32c_tables[2][high >> 8 & 0xFF]
            ^ crc32c_tables[1][high >> 16 & 0xFF] ^ crc32c_tables[0][high >> 24];
    }
    for (; length; at++, length--)
        crc = (crc >> 8) ^ crc32c_tables[0][(crc ^ *at) & 0xFF];
    return ~crc;
}

#if (defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)))
#include <nmmintrin.h>

static inline int crc32c_has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_by_instruction(const unsigned char *at, size_t length)
{
    uint64_t crc = 0xFFFFFFFFu;
    for (; length >= 8; at += 8, length -= 8)
        crc = _mm_crc32_u64(crc, load_u64(at));
    if (length & 4) {
        crc = _mm_crc32_u32((uint32_t)crc, load_u32(at));
        at += 4;
    }
    for (length &= 3; length; at++, length--)
        crc = _mm_crc32_u8((uint32_t)crc, *at);
    return ~(uint32_t)crc;
}

#elif defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__))
#if defined(__linux__)
#include <sys/auxv.h>
#endif

/* Clang's arm_acle.h declares these only where the whole file is compiled for them. */
#if defined(__clang__)
#define CRC32C_TARGET __attribute__((target("crc")))
#define crc32c_u64 __builtin_arm_crc32cd
#define crc32c_u32 __builtin_arm_crc32cw
#define crc32c_u8 __builtin_arm_crc32cb
#else
#include <arm_acle.h>
#define CRC32C_TARGET __attribute__((target("+crc")))
#define crc32c_u64 __crc32cd
#define crc32c_u32 __crc32cw
#define crc32c_u8 __crc32cb
#endif

static inline int crc32c_has_instruction(void)
{
#if defined(__APPLE__)
    return 1; /* every ARM machine of Apple's */
#elif defined(__linux__)
    return (getauxval(AT_HWCAP) & 1ul << 7) != 0; /* HWCAP_CRC32 */
#else
    return 0;
#endif
}

CRC32C_TARGET static uint32_t crc32c_by_instruction(const unsigned char *at, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (; length >= 8; at += 8, length -= 8)
        crc = crc32c_u64(crc, load_u64(at));
    if (length & 4) {
        crc = crc32c_u32(crc, load_u32(at));
        at += 4;
    }
    for (length &= 3; length; at++, length--)
        crc = crc32c_u8(crc, *at);
    return ~crc;
}

#else

static inline int crc32c_has_instruction(void)
{
    return 0;
}

static uint32_t crc32c_by_instruction(const unsigned char *at, size_t length)
{
    return crc32c_by_table(at, length);
}
#endif

typedef uint32_t (*crc32c_function)(const unsigned char *, size_t);

/* Makes the tables; to be called once, before the rest. Returns the fastest way that this machine has. */
static crc32c_function crc32c_begin(void)
{
    crc32c_make_tables();
    return crc32c_has_instruction() ? crc32c_by_instruction : crc32c_by_table;
}

#endif
