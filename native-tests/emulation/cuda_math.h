// CUDA's arithmetic intrinsics, with CUDA's roundings. Functions such as expf are the C library's: they differ from
// CUDA's in the last bits. Kernels are compiled without contraction, so that fmaf alone is fused.
#pragma once

#include <math.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

using std::max;
using std::min;

namespace emulation {

template <class To, class From>
To same_bits(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}

}  // namespace emulation

// Same bits, another type.

inline unsigned __float_as_uint(float value) {
    return emulation::same_bits<unsigned>(value);
}

inline int __float_as_int(float value) {
    return emulation::same_bits<int>(value);
}

inline float __uint_as_float(unsigned value) {
    return emulation::same_bits<float>(value);
}

inline float __int_as_float(int value) {
    return emulation::same_bits<float>(value);
}

inline long long __double_as_longlong(double value) {
    return emulation::same_bits<long long>(value);
}

inline double __longlong_as_double(long long value) {
    return emulation::same_bits<double>(value);
}

// Conversions, to nearest even.

inline float __uint2float_rn(unsigned value) {
    return static_cast<float>(value);
}

inline float __int2float_rn(int value) {
    return static_cast<float>(value);
}

// Towards 0, saturating, NaN to 0, as CUDA does.
inline int __float2int_rz(float value) {
    if (!(value > -2147483648.0f)) {
        return isnan(value) ? 0 : std::numeric_limits<int>::min();
    }
    return value >= 2147483648.0f ? std::numeric_limits<int>::max() : static_cast<int>(value);
}

inline int __float2int_rn(float value) {
    return __float2int_rz(nearbyintf(value));
}

// One rounding each.

inline float __fadd_rn(float a, float b) {
    return a + b;
}

inline float __fsub_rn(float a, float b) {
    return a - b;
}

inline float __fmul_rn(float a, float b) {
    return a * b;
}

inline float __fdiv_rn(float a, float b) {
    return a / b;
}

inline float __frcp_rn(float a) {
    return 1.0f / a;
}

inline float __fsqrt_rn(float a) {
    return sqrtf(a);
}

inline float __fmaf_rn(float a, float b, float c) {
    return fmaf(a, b, c);
}

inline float __saturatef(float a) {
    return a > 0.0f ? fminf(a, 1.0f) : 0.0f;
}

// Integers.

inline unsigned __umulhi(unsigned a, unsigned b) {
    return static_cast<unsigned>(static_cast<uint64_t>(a) * b >> 32);
}

inline int __popc(unsigned value) {
    return __builtin_popcount(value);
}

inline int __clz(int value) {
    return value == 0 ? 32 : __builtin_clz(static_cast<unsigned>(value));
}

inline int __ffs(int value) {
    return __builtin_ffs(value);
}

inline unsigned __brev(unsigned value) {
    unsigned reversed = 0;
    for (int bit = 0; bit < 32; ++bit) {
        reversed |= (value >> bit & 1u) << (31 - bit);
    }
    return reversed;
}

// Sum of the products of four pairs of bytes.
inline unsigned __dp4a(unsigned a, unsigned b, unsigned sum) {
    for (int byte = 0; byte < 32; byte += 8) {
        sum += (a >> byte & 0xFF) * (b >> byte & 0xFF);
    }
    return sum;
}

// Bytes of b:a picked by the digits of the selector; a digit's bit 3 asks for copies of the byte's sign.
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
    const uint64_t bytes = static_cast<uint64_t>(b) << 32 | a;
    unsigned picked = 0;
    for (int i = 0; i < 4; ++i) {
        const unsigned digit = selector >> (4 * i) & 15u;
        unsigned byte = static_cast<unsigned>(bytes >> (8 * (digit & 7u))) & 255u;
        if ((digit & 8u) != 0) {
            byte = (byte & 128u) != 0 ? 255u : 0u;
        }
        picked |= byte << (8 * i);
    }
    return picked;
}

// The low word of high:low shifted right, or the high word of it shifted left, by shift & 31.

inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<uint64_t>(high) << 32 | low) >> (shift & 31u));
}

inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<uint64_t>(high) << 32 | low) << (shift & 31u) >> 32);
}
