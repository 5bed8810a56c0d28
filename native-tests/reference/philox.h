// Philox4x32-10 from its paper's description: ten rounds of two 32 x 32 bit products, keys raised between rounds.
#pragma once

#include <array>
#include <cstdint>

namespace reference {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

}  // namespace reference
