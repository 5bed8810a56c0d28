// What the kernels need from the machine that they run on: CUDA itself, or its emulation on a CPU
// (native-tests/emulation), which compiles the same sources. All code that differs between the two is in this file.
#pragma once

#include <cstdint>

#ifdef __CUDACC__

// A kernel by its plain name; `bounds` is a __launch_bounds__.
#define KERNEL(name, bounds, ...) extern "C" __global__ void bounds name(__VA_ARGS__)

// What a launch of a kernel that computes tiles needs to know, for kernels.json: rows and columns of the results that a
// block computes, terms of the sums in a k-step, blocks that a multiprocessor is to hold at least, and bytes of dynamic
// shared memory. Only the emulation keeps it.
#define KERNEL_TILE(name, rows, columns, k_step, blocks, shared_bytes)

// Shared memory whose size the launch gives.
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) unsigned char name[]

// Shared memory of a fixed size.
#define SHARED_ARRAY(type, name, count) __shared__ type name[count]

__device__ __forceinline__ uint32_t shared_address(const void* pointer) {
    return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

// Starts to copy BYTES (4 or 16, both sides aligned to that) from global to shared memory, around the registers; writes
// zeros and reads nothing where `inside` is false.
template <int BYTES>
__device__ __forceinline__ void copy_async_or_zero(void* to, const void* from, bool inside) {
    const int read = inside ? BYTES : 0;
    if constexpr (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from), "r"(read));
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(shared_address(to)), "l"(from), "r"(read));
    }
}

template <int BYTES>
__device__ __forceinline__ void copy_async(void* to, const void* from) {
    copy_async_or_zero<BYTES>(to, from, true);
}

// Waits for the copies that this thread started; other threads see them after a barrier.
__device__ __forceinline__ void wait_for_copies() {
    asm volatile("cp.async.wait_all;" ::: "memory");
}

// Closes the group of copies that this thread has started since the last one, so that groups can be waited for one
// after the other.
__device__ __forceinline__ void commit_copies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits for all closed groups but the last PENDING.
template <int PENDING>
__device__ __forceinline__ void wait_for_copies_but() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// sums += a b on a tensor core, by a whole warp: 16 x 8 sums, and 8 words of the factors' common dimension, each a
// float, whose low 13 bits the hardware ignores, or a pair of bf16. With g = lane / 4 and q = lane % 4 a lane holds
// a: (row g, word q), (g + 8, q), (g, q + 4), (g + 8, q + 4); b: (word q, column g), (q + 4, g);
// sums: (row g, column 2q), (g, 2q + 1), (g + 8, 2q), (g + 8, 2q + 1).
__device__ __forceinline__ void multiply_tf32(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ __forceinline__ void multiply_bf16(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// sums += a b on a sparse tensor core, by a whole warp: 16 x 8 sums. Of every two neighbouring bf16 of b's k = 0 .. 31,
// a row of a multiplies one: stored element t of its 16 takes k = 2t or 2t + 1, as an index says whose low bit that is.
// With g = lane / 4 and q = lane % 4 a lane holds
// a: (row g, t = 2q and 2q + 1), (g + 8, the same), (g, t + 8), (g + 8, t + 8); sums as above;
// b: of word r, (k = 2q + 8r and the next, column g), so that its word r is what t = q + 4r chooses from.
// metadata: two bits an index, elements 8h .. 8h + 7 of row g in the lower half, of row g + 8 in the upper one, from
// lanes q = 2 SELECTOR + h. Indices are 0 or 1 for even t, 2 or 3 for odd: nibbles 1000, 1001, 1100, 1101.
template <int SELECTOR>
__device__ __forceinline__ void multiply_sparse_bf16(
    float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
    asm("mma.sp.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9, %10, %11}, {%0, %1, %2, %3}, %12, %13;"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(b[2]), "r"(b[3]), "r"(metadata),
          "n"(SELECTOR));
}

// Four words of shared memory, aligned to 16 bytes, if `wanted`; else the words stay what they are.
__device__ __forceinline__ void load_shared_if(uint32_t (&words)[4], const uint32_t* from, bool wanted) {
    asm volatile(
        "{\n\t"
        ".reg .pred wanted;\n\t"
        "setp.ne.u32 wanted, %5, 0;\n\t"
        "@wanted ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];\n\t"
        "}"
        : "+r"(words[0]), "+r"(words[1]), "+r"(words[2]), "+r"(words[3])
        : "r"(shared_address(from)), "r"(static_cast<uint32_t>(wanted)));
}

// (a & b) | c in one instruction.
__device__ __forceinline__ uint32_t and_or(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t result;
    asm("lop3.b32 %0, %1, %2, %3, 0xEA;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}

// Two floats, rounded to the nearest bf16, ties to even; `low` goes to the lower half.
__device__ __forceinline__ uint32_t bf16_pair(float low, float high) {
    uint32_t pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

// The lower half all ones if bit 15 of `low` is set, else 0; the upper half likewise by bit 31 of `high`.
__device__ __forceinline__ uint32_t half_signs(uint32_t low, uint32_t high) {
    uint32_t signs;
    asm("prmt.b32 %0, %1, %2, 0xFF99;" : "=r"(signs) : "r"(low), "r"(high));
    return signs;
}

// The square root of a number that is 0 or in [2^-101, 2^126], correctly rounded: what __fsqrt_rn does for those,
// without the call for all others, which would take registers and room in the loops that draw normals.
__device__ __forceinline__ float square_root(float x) {
    float reciprocal;
    asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(reciprocal) : "f"(x));
    const float root = __fmul_rn(x, reciprocal);
    const float corrected = fmaf(fmaf(-root, root, x), __fmul_rn(0.5f, reciprocal), root);
    return x == 0.0f ? 0.0f : corrected;
}

// Whether a bit is set, in a form that becomes one predicate: with the constant hidden from the optimiser, ptxas moves
// seven bits of a byte to predicates in one instruction (R2P) and tests the eighth in another.
__device__ __forceinline__ bool bit_is_set(uint32_t word, int bit) {
    uint32_t selector;
    asm("mov.u32 %0, %1;" : "=r"(selector) : "r"(1u << bit));
    return (word & selector) != 0;
}

// Hides how a value was computed, so that the compiler keeps it instead of computing it again in every iteration of a
// loop.
__device__ __forceinline__ const float* keep(const float* pointer) {
    asm("" : "+l"(pointer));
    return pointer;
}
__device__ __forceinline__ uint32_t keep(uint32_t value) {
    asm volatile("" : "+r"(value));
    return value;
}

#else

#include "cuda_emulation.h"

#endif
