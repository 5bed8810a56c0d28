// Machine instructions one by one, for instruction_rates.cu: by inline PTX, or in plain C++ where nvcc does not
// compile. The assembler of PTX must not know the operands, or it would compute results itself: they come from memory.
#pragma once

#include "platform.cuh"
#ifndef __CUDACC__
#include <chrono>
#endif

// Numbers of a sparse tensor core's factors: two bf16 or two f16 in a word, the first in the lower half, or a float
// whose low 13 bits the hardware ignores.
enum class SparseNumbers { BF16, F16, TF32 };

#ifdef __CUDACC__

__device__ __forceinline__ int64_t clock_cycles() {
    int64_t cycles;
    asm volatile("mov.u64 %0, %%clock64;" : "=l"(cycles)::"memory");
    return cycles;
}

// FFMA.
__device__ __forceinline__ float multiply_add(float a, float b, float c) {
    asm volatile("fma.rn.f32 %0, %0, %1, %2;" : "+f"(a) : "f"(b), "f"(c));
    return a;
}

// LOP3: a ^ b ^ c.
__device__ __forceinline__ uint32_t exclusive_or(uint32_t a, uint32_t b, uint32_t c) {
    asm volatile("lop3.b32 %0, %0, %1, %2, 0x96;" : "+r"(a) : "r"(b), "r"(c));
    return a;
}

// PRMT: bytes of a (0 to 3) and b (4 to 7) by the selector's digits.
__device__ __forceinline__ uint32_t permute_bytes(uint32_t a, uint32_t b, uint32_t selector) {
    asm volatile("prmt.b32 %0, %0, %1, %2;" : "+r"(a) : "r"(b), "r"(selector));
    return a;
}

// SHF: the upper half of (b : a) << (amount & 31).
__device__ __forceinline__ uint32_t shift_funnel(uint32_t a, uint32_t b, uint32_t amount) {
    asm volatile("shf.l.wrap.b32 %0, %0, %1, %2;" : "+r"(a) : "r"(b), "r"(amount));
    return a;
}

// IMAD: a b + c.
__device__ __forceinline__ uint32_t multiply_add(uint32_t a, uint32_t b, uint32_t c) {
    asm volatile("mad.lo.u32 %0, %0, %1, %2;" : "+r"(a) : "r"(b), "r"(c));
    return a;
}

// IMAD.WIDE: the lower half of a times the upper half of b. (With an addend it would be split.)
__device__ __forceinline__ uint64_t multiply_wide(uint64_t a, uint64_t b) {
    uint64_t product;
    asm volatile("mul.wide.u32 %0, %1, %2;"
                 : "=l"(product)
                 : "r"(static_cast<uint32_t>(a)), "r"(static_cast<uint32_t>(b >> 32)));
    return product;
}

// F2FP: as bf16_pair, but never moved.
__device__ __forceinline__ uint32_t round_pair(float low, float high) {
    uint32_t pair;
    asm volatile("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

// Where DYNAMIC_SHARED begins, as load_shared counts.
__device__ __forceinline__ uint32_t shared_origin(const unsigned char* shared) {
    return shared_address(shared);
}

// LDS.128 where `wanted`; elsewhere `value` stays.
__device__ __forceinline__ void load_shared(uint4& value, const unsigned char*, uint32_t address, bool wanted) {
    asm volatile("{.reg .pred wanted; setp.ne.u32 wanted, %5, 0; @wanted ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];}"
                 : "+r"(value.x), "+r"(value.y), "+r"(value.z), "+r"(value.w)
                 : "r"(address), "r"(static_cast<uint32_t>(wanted)));
}
__device__ __forceinline__ void load_shared(uint4& value, const unsigned char*, uint32_t address) {
    asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
                 : "r"(address));
}

#define SPARSE_PRODUCT(operation, shape, numbers)                                                                     \
    asm volatile(operation ".sync.aligned." shape ".row.col.f32." numbers "." numbers                                 \
                           ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, %13;" \
                 : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])                                         \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]),            \
                   "r"(metadata), "n"(SELECTOR))

// sums += a b on a sparse tensor core, by a whole warp: 16 x 8 sums and 16 words of the factors' common dimension, of
// which a stores 8. With g = lane / 4 and q = lane % 4 a lane holds of the sums and of a what multiply_bf16 says, and
// b: (word q + 4r, column g) for r = 0 to 3. A stored word t of a row stands for words 2t and 2t + 1 of b, its nibble
// of the metadata says for which of their numbers: two digits of two bits, for pairs one for each half, for floats 0100
// or 1110 (the first or the second). Nibbles 0 to 3 (t = 0 to 3) lie in lane 4g + 2 SELECTOR, 4 to 7 in the next one;
// row g's in the lower half of the word, row g + 8's in the upper half.
template <SparseNumbers NUMBERS, bool ORDERED, int SELECTOR>
__device__ __forceinline__ void multiply_sparse(
    float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
    if constexpr (NUMBERS == SparseNumbers::BF16 && !ORDERED) {
        SPARSE_PRODUCT("mma.sp", "m16n8k32", "bf16");
    } else if constexpr (NUMBERS == SparseNumbers::BF16) {
        SPARSE_PRODUCT("mma.sp::ordered_metadata", "m16n8k32", "bf16");
    } else if constexpr (NUMBERS == SparseNumbers::F16 && !ORDERED) {
        SPARSE_PRODUCT("mma.sp", "m16n8k32", "f16");
    } else if constexpr (NUMBERS == SparseNumbers::F16) {
        SPARSE_PRODUCT("mma.sp::ordered_metadata", "m16n8k32", "f16");
    } else if constexpr (!ORDERED) {
        SPARSE_PRODUCT("mma.sp", "m16n8k16", "tf32");
    } else {
        SPARSE_PRODUCT("mma.sp::ordered_metadata", "m16n8k16", "tf32");
    }
}

#else

// Nanoseconds.
inline int64_t clock_cycles() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

inline float multiply_add(float a, float b, float c) {
    return fmaf(a, b, c);
}

inline uint32_t exclusive_or(uint32_t a, uint32_t b, uint32_t c) {
    return a ^ b ^ c;
}

inline uint32_t permute_bytes(uint32_t a, uint32_t b, uint32_t selector) {
    const uint64_t both = static_cast<uint64_t>(b) << 32 | a;
    uint32_t result = 0;
    for (int n = 0; n < 4; ++n) {
        result |= static_cast<uint32_t>(both >> 8 * (selector >> 4 * n & 7) & 0xFF) << 8 * n;
    }
    return result;
}

inline uint32_t shift_funnel(uint32_t a, uint32_t b, uint32_t amount) {
    return static_cast<uint32_t>((static_cast<uint64_t>(b) << 32 | a) << (amount & 31) >> 32);
}

inline uint32_t multiply_add(uint32_t a, uint32_t b, uint32_t c) {
    return a * b + c;
}

inline uint64_t multiply_wide(uint64_t a, uint64_t b) {
    return (a & 0xFFFFFFFFu) * (b >> 32);
}

inline uint32_t round_pair(float low, float high) {
    return bf16_pair(low, high);
}

inline uint32_t shared_origin(const unsigned char*) {
    return 0;
}

inline void load_shared(uint4& value, const unsigned char* shared, uint32_t address, bool wanted = true) {
    if (wanted) {
        std::memcpy(&value, shared + address, sizeof value);
    }
}

void multiply_sparse(
    SparseNumbers numbers, int selector, float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4],
    uint32_t metadata);

template <SparseNumbers NUMBERS, bool ORDERED, int SELECTOR>
void multiply_sparse(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
    multiply_sparse(NUMBERS, SELECTOR, sums, a, b, metadata);
}

#endif
