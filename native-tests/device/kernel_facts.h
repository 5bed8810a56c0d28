// Facts about the library's kernels, as kernels.json of the PTX folder has them.
#pragma once

#include <cstdint>
#include <string>

namespace device {

// Of a kernel that computes tiles.
struct KernelFacts {
    int block;
    int shared_bytes;
    int rows;
    int columns;
    int k_step;
};

KernelFacts kernel_facts(const std::string& kernel);

inline int64_t ceil_divide(int64_t value, int64_t divisor) {
    return (value + divisor - 1) / divisor;
}

}  // namespace device
