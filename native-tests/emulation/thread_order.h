// The order in which the emulation runs a block's threads between two barriers, and a grid's blocks: CUDA promises
// none, so results must not depend on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace emulation {

enum class ThreadOrder { FORWARDS, BACKWARDS, SHUFFLED };

// At first what the environment variable PERNODEDROP_THREAD_ORDER says (forwards, backwards, shuffled), else forwards.
ThreadOrder thread_order();

void set_thread_order(ThreadOrder order);

// 0 .. count - 1 in the order that is set; shuffled differently, but always in the same way, for each salt.
std::vector<uint32_t> in_thread_order(size_t count, uint64_t salt);

}  // namespace emulation
