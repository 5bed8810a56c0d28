#include "philox.h"

namespace reference {

// High and low word of a product, by schoolbook multiplication of halves.
static std::array<uint32_t, 2> product(uint32_t a, uint32_t b) {
    const uint32_t a_low = a & 0xFFFF;
    const uint32_t a_high = a >> 16;
    const uint32_t b_low = b & 0xFFFF;
    const uint32_t b_high = b >> 16;
    const uint32_t low = a_low * b_low;
    const uint32_t middle = a_high * b_low + (low >> 16);
    const uint32_t other_middle = a_low * b_high + (middle & 0xFFFF);
    return {a_high * b_high + (middle >> 16) + (other_middle >> 16), a * b};
}

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
    for (int round = 1; round <= 10; ++round) {
        const auto [high0, low0] = product(0xD2511F53u, counter[0]);
        const auto [high1, low1] = product(0xCD9E8D57u, counter[2]);
        counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
        key[0] += 0x9E3779B9u;  // the golden ratio
        key[1] += 0xBB67AE85u;  // the square root of 3, less 1
    }
    return counter;
}

}  // namespace reference
