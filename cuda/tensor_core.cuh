// What the multi-position kernels multiply, as 32-bit words along the dimension that is summed over:
//
//   Tf32   a word is a float. A tensor core reads its sign, exponent and upper 10 bits of fraction
//   Bf16   a word is two neighbouring bf16, the first in the lower half
//
// Eight words make a step of either (m16n8k8, m16n8k16): the lanes' shares are the same. Sums are floats.
//
// The hardware cuts floats down to TF32, which makes every product too small. A factor 1 + 0.36 * 2^-10 before the cut
// takes the mean error away (exactly so for fractions that are spread as those of measured numbers are), costs one
// multiplication on a pipe that has nothing else to do, leaves numbers that TF32 holds as they are, and NaN and
// infinity too. An operand's relative error is below 2^-10, and the root of its mean square that of rounding.
#pragma once

#include "mask_words.cuh"

struct Tf32 {
    static constexpr int PER_WORD = 1;
    using Element = float;

    static __device__ __forceinline__ uint32_t operand(uint32_t word) {
        return __float_as_uint(__fmul_rn(__uint_as_float(word), 1.0f + 0x1.71p-12f));
    }
    static __device__ __forceinline__ void multiply(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
        multiply_tf32(sums, a, b);
    }
    // The word if its bit of `bits` is set, else 0.
    static __device__ __forceinline__ uint32_t kept(uint32_t word, uint32_t bits, int bit) {
        return bit_is_set(bits, bit) ? word : 0;
    }
    static __device__ __forceinline__ float multiplied(float element, float multiplier) {
        return __fmul_rn(element, multiplier);
    }
};

struct Bf16 {
    static constexpr int PER_WORD = 2;
    using Element = uint16_t;

    static __device__ __forceinline__ uint32_t operand(uint32_t word) {
        return word;
    }
    static __device__ __forceinline__ void multiply(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
        multiply_bf16(sums, a, b);
    }
    // Each half of the word if its bit is set.
    static __device__ __forceinline__ uint32_t kept(uint32_t word, uint32_t bits, int low_bit, int high_bit) {
        return word & half_signs(bits << (15 - low_bit), bits << (31 - high_bit));
    }
    static __device__ __forceinline__ uint16_t multiplied(uint16_t element, float multiplier) {
        const float product = __fmul_rn(__uint_as_float(static_cast<uint32_t>(element) << 16), multiplier);
        return static_cast<uint16_t>(bf16_pair(product, 0.0f));
    }
};
