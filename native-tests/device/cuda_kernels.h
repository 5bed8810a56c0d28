// The kernels that the PTX files hold, compiled by the driver when first asked for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cuda_driver.h"
#include "ptx_kernels.h"

namespace cuda {

struct Kernel {
    PtxKernel ptx;
    std::string file;
    Function function;  // null until its module is compiled

    // May be launched with this much dynamic shared memory from now on.
    void allow_shared_bytes(size_t bytes) const;
};

// Fails, naming the files that were searched, if there is none of that name.
const Kernel& kernel(const std::string& name);

std::vector<std::string> kernel_names();

}  // namespace cuda
