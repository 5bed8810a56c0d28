// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011), the generator of
// Random123 and of cuRAND's PHILOX4_32_10: a counter of four words and a key of two give four random words. No state.
#pragma once

#include "platform.cuh"

constexpr int PHILOX_ROUNDS = 10;
constexpr uint32_t PHILOX_MULTIPLIER_0 = 0xD2511F53u;
constexpr uint32_t PHILOX_MULTIPLIER_1 = 0xCD9E8D57u;
constexpr uint32_t PHILOX_WEYL_0 = 0x9E3779B9u;
constexpr uint32_t PHILOX_WEYL_1 = 0xBB67AE85u;

// A key; its round keys are computed when they are needed.
struct PhiloxKey {
    uint32_t k0;
    uint32_t k1;

    __device__ __forceinline__ uint2 of_round(int round) const {
        return make_uint2(k0 + round * PHILOX_WEYL_0, k1 + round * PHILOX_WEYL_1);
    }
};

// A key's round keys, read from shared memory: for loops that are short of instructions and of registers. Behind them
// lies a 1 whose value the compiler cannot know.
struct PhiloxSchedule {
    static constexpr int WORDS = 2 * PHILOX_ROUNDS + 1;
    const uint32_t* words;

    __device__ __forceinline__ uint2 of_round(int round) const {
        return reinterpret_cast<const uint2*>(words)[round];
    }
    __device__ __forceinline__ uint32_t one() const {
        return words[2 * PHILOX_ROUNDS];
    }

    // Threads 0 to 10 write it; a barrier must follow.
    static __device__ __forceinline__ PhiloxSchedule prepare(PhiloxKey key, uint32_t* words) {
        if (threadIdx.x < PHILOX_ROUNDS) {
            reinterpret_cast<uint2*>(words)[threadIdx.x] = key.of_round(threadIdx.x);
        }
        if (threadIdx.x == PHILOX_ROUNDS) {
            words[2 * PHILOX_ROUNDS] = 1;
        }
        return PhiloxSchedule{words};
    }
};

// What a round makes of the counter's word z.
struct PhiloxProduct {
    uint32_t low;
    uint32_t high;

    static __device__ __forceinline__ PhiloxProduct of(uint32_t z) {
        const uint64_t product = static_cast<uint64_t>(PHILOX_MULTIPLIER_1) * z;
        return PhiloxProduct{static_cast<uint32_t>(product), static_cast<uint32_t>(product >> 32)};
    }
};

template <class Key>
__device__ __forceinline__ uint4 philox(uint32_t x, uint32_t y, PhiloxProduct product1, uint32_t w, const Key& key) {
#pragma unroll
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const uint64_t product0 = static_cast<uint64_t>(PHILOX_MULTIPLIER_0) * x;
        const uint2 round_key = key.of_round(round);
        x = product1.high ^ y ^ round_key.x;
        y = product1.low;
        const uint32_t z = static_cast<uint32_t>(product0 >> 32) ^ w ^ round_key.y;
        w = static_cast<uint32_t>(product0);
        if (round == PHILOX_ROUNDS - 1) {
            return make_uint4(x, y, z, w);
        }
        product1 = PhiloxProduct::of(z);
    }
    return make_uint4(0, 0, 0, 0);  // not reached
}

template <class Key>
__device__ __forceinline__ uint4 philox(uint4 counter, const Key& key) {
    return philox(counter.x, counter.y, PhiloxProduct::of(counter.z), counter.w, key);
}
