// The part of CUDA that the kernels use, on a CPU: what platform.cuh includes where nvcc does not compile. Threads of a
// block are fibers that take turns at barriers and warp operations; see README.md.
#pragma once

#include "cuda_math.h"
#include "cuda_types.h"
#include "kernel_registry.h"

#define __device__
#define __host__
#define __forceinline__ inline
#define __align__(bytes) alignas(bytes)
#define __launch_bounds__(...) .with(__VA_ARGS__)

// Declares the kernel, registers it with its module and its parameters, and begins its definition. The module is named
// after the source file that is compiled.
#define KERNEL(name, bounds, ...)                                               \
    extern "C" void name(__VA_ARGS__);                                          \
    static const emulation::Registration<&name> registration_of_##name(         \
        #name, __BASE_FILE__, emulation::LaunchBounds {} bounds, #__VA_ARGS__); \
    extern "C" void name(__VA_ARGS__)

#define KERNEL_TILE(name, rows, columns, k_step, blocks, shared_bytes) \
    static const emulation::TileRegistration tile_of_##name(           \
        #name, emulation::Tile{rows, columns, k_step, blocks}, shared_bytes);

#define DYNAMIC_SHARED(name) unsigned char* const name = emulation::dynamic_shared()

#define SHARED_ARRAY(type, name, count)   \
    static const char site_of_##name = 0; \
    type(&name)[count] = emulation::shared_array<type, count>(&site_of_##name, #name)

extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
constexpr int warpSize = 32;

namespace emulation {

unsigned char* dynamic_shared();

void* shared_array(const void* site, const char* name, size_t bytes, size_t alignment);

template <class T, size_t COUNT>
auto shared_array(const void* site, const char* name) -> T (&)[COUNT] {
    return *static_cast<T(*)[COUNT]>(shared_array(site, name, COUNT * sizeof(T), alignof(T)));
}

void start_copy(void* to, const void* from, int bytes, bool inside);

// Makes the running thread's copies of its first `groups` groups happen.
void finish_copies(int groups);

int closed_copy_groups();

// Where a shuffle reads: the lane that it names, or the calling lane where that one is outside its segment.
enum class Shuffle { FROM, XOR, DOWN, UP };

uint64_t shuffle(Shuffle way, uint32_t mask, uint64_t value, int operand, int width);

template <class T>
T shuffle(Shuffle way, uint32_t mask, T value, int operand, int width) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles move 4 or 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = shuffle(way, mask, bits, operand, width);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

}  // namespace emulation

// Barriers, shuffles, votes.

void __syncthreads();

void __syncwarp(unsigned mask = 0xFFFFFFFFu);

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = warpSize) {
    return emulation::shuffle<T>(emulation::Shuffle::FROM, mask, value, lane, width);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize) {
    return emulation::shuffle<T>(emulation::Shuffle::XOR, mask, value, lanes, width);
}

template <class T>
T __shfl_down_sync(unsigned mask, T value, int lanes, int width = warpSize) {
    return emulation::shuffle<T>(emulation::Shuffle::DOWN, mask, value, lanes, width);
}

template <class T>
T __shfl_up_sync(unsigned mask, T value, int lanes, int width = warpSize) {
    return emulation::shuffle<T>(emulation::Shuffle::UP, mask, value, lanes, width);
}

unsigned __ballot_sync(unsigned mask, int predicate);

int __any_sync(unsigned mask, int predicate);

int __all_sync(unsigned mask, int predicate);

// Integer atomics: blocks and threads take turns, so plain operations will do.

template <class T>
T atomicAdd(T* address, T value) {
    static_assert(std::is_integral_v<T>, "floating-point sums must not depend on the order of threads");
    const T old = *address;
    *address = old + value;
    return old;
}

// The rest of platform.cuh.

template <int BYTES>
void copy_async_or_zero(void* to, const void* from, bool inside) {
    static_assert(BYTES == 4 || BYTES == 16, "asynchronous copies move 4 or 16 bytes");
    emulation::start_copy(to, from, BYTES, inside);
}

template <int BYTES>
void copy_async(void* to, const void* from) {
    copy_async_or_zero<BYTES>(to, from, true);
}

void wait_for_copies();

void commit_copies();

template <int PENDING>
void wait_for_copies_but() {
    emulation::finish_copies(emulation::closed_copy_groups() - PENDING);
}

void multiply_tf32(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);

void multiply_bf16(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);

namespace emulation {

void multiply_sparse_bf16(int selector, float* sums, const uint32_t* a, const uint32_t* b, uint32_t metadata);

}  // namespace emulation

template <int SELECTOR>
void multiply_sparse_bf16(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
    static_assert(SELECTOR == 0 || SELECTOR == 1, "metadata is that of two lanes of four");
    emulation::multiply_sparse_bf16(SELECTOR, sums, a, b, metadata);
}

inline uint32_t and_or(uint32_t a, uint32_t b, uint32_t c) {
    return (a & b) | c;
}

inline void load_shared_if(uint32_t (&words)[4], const uint32_t* from, bool wanted) {
    if (wanted) {
        std::copy_n(from, 4, words);
    }
}

uint32_t bf16_pair(float low, float high);

inline uint32_t half_signs(uint32_t low, uint32_t high) {
    return (low >> 15 & 1u) * 0x0000FFFFu | (high >> 31) * 0xFFFF0000u;
}

template <class T>
inline T keep(T value) {
    return value;
}

inline float square_root(float x) {
    return sqrtf(x);
}

inline bool bit_is_set(uint32_t word, int bit) {
    return (word >> bit & 1u) != 0;
}
