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

template <class Key>
__device__ __forceinline__ uint4 philox(uint4 counter, const Key& key) {
#pragma unroll
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const uint64_t product0 = static_cast<uint64_t>(PHILOX_MULTIPLIER_0) * counter.x;
        const uint64_t product1 = static_cast<uint64_t>(PHILOX_MULTIPLIER_1) * counter.z;
        const uint2 round_key = key.of_round(round);
        counter = make_uint4(
            static_cast<uint32_t>(product1 >> 32) ^ counter.y ^ round_key.x, static_cast<uint32_t>(product1),
            static_cast<uint32_t>(product0 >> 32) ^ counter.w ^ round_key.y, static_cast<uint32_t>(product0));
    }
    return counter;
}
