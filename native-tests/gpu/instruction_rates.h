// What instruction_rates and its kernels agree on; plain C++.
#pragma once

namespace rates {

constexpr int INPUT_WORDS = 32;
constexpr int SHARED_BYTES = 16 * 32 * 16;
constexpr int MAX_WARPS = 4;  // of a sub-partition
constexpr int MAX_THREADS = MAX_WARPS * 4 * 32;

// Steps of a loop: enough to hide the loop's own instructions, few enough for the instruction cache.
constexpr int STEPS = 96;
constexpr int PRODUCT_STEPS = 32;
constexpr int MIX_STEPS = 32;

}  // namespace rates
