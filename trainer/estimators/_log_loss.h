/* The logistic loss of rows of two classes and its derivatives by their scores, in one pass.

   No call and no branch stands in the loop with the exponential, so that a compiler turns it into vectors. */
#ifndef TRAINBOARD_LOG_LOSS_H
#define TRAINBOARD_LOG_LOSS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 256 /* rows whose losses are one sum */
#define LANES 16  /* products of shares that are made at once: of BLOCK / LANES factors, so that none is 0 */
#define LEAST_SHARE 1e-15 /* as in log_loss.py */

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

/* The exponential to the last bit or two, of numbers in [-700, 700]: 2^n times Taylor's series on +-log(2)/2. */
static inline double exp_of(double x)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52: what is added to it is rounded to an integer */
    double shifted = x * 1.4426950408889634 + magic, n = shifted - magic;
    double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double even, p = 1.0 / 6227020800.0;
    uint64_t bits;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    even = (p * r) * r + r + 1.0;
    memcpy(&bits, &shifted, sizeof(bits));
    bits <<= 52; /* n in the place of the exponent; the magic number's own bits fall off */
    {
        uint64_t found;
        memcpy(&found, &even, sizeof(found));
        found += bits;
        memcpy(&even, &found, sizeof(even));
    }
    return even;
}

/* Writes the derivatives of one block; `shares` gets the probability of each row's label. */
FOR_EACH_PROCESSOR
static void differentiate_block(const double *restrict scores, const float *restrict signs, float *restrict slopes,
                                float *restrict curvatures, double *restrict shares, int count)
{
    for (int row = 0; row < count; row++) {
        double sign = signs[row], margin = sign * scores[row], wrong, right;
        margin = margin < -700.0 ? -700.0 : margin;
        margin = margin > 700.0 ? 700.0 : margin;
        wrong = 1.0 / (1.0 + exp_of(margin));
        right = 1.0 - wrong;
        slopes[row] = (float)(-sign * wrong);
        curvatures[row] = (float)(wrong * right);
        shares[row] = right < LEAST_SHARE ? LEAST_SHARE : right;
    }
}

/* The sum of the losses of one block: a logarithm for so many rows, of the product of their shares. */
static double add_up(const double *shares, int count)
{
    double products[LANES], total = 0.0;
    for (int lane = 0; lane < LANES; lane++)
        products[lane] = 1.0;
    for (int row = 0; row + LANES <= count; row += LANES)
        for (int lane = 0; lane < LANES; lane++)
            products[lane] *= shares[row + lane];
    for (int row = count - count % LANES; row < count; row++)
        products[row % LANES] *= shares[row];
    for (int lane = 0; lane < LANES; lane++)
        total -= log(products[lane]);
    return total;
}

/* The same with weights, by which the derivatives are multiplied, too. */
static double add_up_weighted(const double *shares, const double *weights, float *slopes, float *curvatures, int count)
{
    double total = 0.0;
    for (int row = 0; row < count; row++) {
        slopes[row] = (float)(slopes[row] * weights[row]);
        curvatures[row] = (float)(curvatures[row] * weights[row]);
        total -= weights[row] * log(shares[row]);
    }
    return total;
}

/* Writes the derivatives of `count` rows, and returns the sum of their losses; `weights` may be NULL. */
static double differentiate_rows(const double *scores, const float *signs, const double *weights, float *slopes,
                                 float *curvatures, int64_t count)
{
    double shares[BLOCK], total = 0.0;
    for (int64_t first = 0; first < count; first += BLOCK) {
        int size = count - first < BLOCK ? (int)(count - first) : BLOCK;
        differentiate_block(scores + first, signs + first, slopes + first, curvatures + first, shares, size);
        total += weights == NULL ? add_up(shares, size)
                                 : add_up_weighted(shares, weights + first, slopes + first, curvatures + first, size);
    }
    return total;
}
#endif
