// The arguments of cuMemcpy2DAsync.
#pragma once

#include <cstddef>

#include "status.h"

namespace simulated {

// CUDA_MEMCPY2D of cuda.h.
struct Copy2D {
    enum : unsigned { DEVICE = 2 };

    size_t from_x, from_y;
    unsigned from_type;
    const void* from_host;
    DeviceAddress from;
    void* from_array;
    size_t from_pitch;
    size_t to_x, to_y;
    unsigned to_type;
    void* to_host;
    DeviceAddress to;
    void* to_array;
    size_t to_pitch;
    size_t row_bytes, rows;
};

}  // namespace simulated
