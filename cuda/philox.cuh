// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011), the generator of
// Random123 and of cuRAND's PHILOX4_32_10: a counter of four words and a key of two give four random words. No state.
#pragma once

#include "platform.cuh"

struct PhiloxKey {
    uint32_t k0;
    uint32_t k1;
};

constexpr int PHILOX_ROUNDS = 10;
constexpr uint32_t PHILOX_MULTIPLIER_0 = 0xD2511F53u;
constexpr uint32_t PHILOX_MULTIPLIER_1 = 0xCD9E8D57u;
constexpr uint32_t PHILOX_WEYL_0 = 0x9E3779B9u;
constexpr uint32_t PHILOX_WEYL_1 = 0xBB67AE85u;

__device__ __forceinline__ uint4 philox(uint4 counter, PhiloxKey key) {
#pragma unroll
    for (int round = 0; round < PHILOX_ROUNDS; ++round) {
        const uint64_t product0 = static_cast<uint64_t>(PHILOX_MULTIPLIER_0) * counter.x;
        const uint64_t product1 = static_cast<uint64_t>(PHILOX_MULTIPLIER_1) * counter.z;
        counter = make_uint4(
            static_cast<uint32_t>(product1 >> 32) ^ counter.y ^ (key.k0 + round * PHILOX_WEYL_0),
            static_cast<uint32_t>(product1),
            static_cast<uint32_t>(product0 >> 32) ^ counter.w ^ (key.k1 + round * PHILOX_WEYL_1),
            static_cast<uint32_t>(product0));
    }
    return counter;
}
