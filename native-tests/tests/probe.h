// Launching the kernels of probes.cu.
#pragma once

#include "device.h"

// Threads enough for `count` list entries.
inline device::Launch probe_launch(int64_t count) {
    constexpr unsigned THREADS = 64;
    return {{static_cast<unsigned>((count + THREADS - 1) / THREADS)}, THREADS};
}
