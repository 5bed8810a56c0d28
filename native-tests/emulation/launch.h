// Runs a kernel's grid on the calling thread, one block after the other.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "cuda_types.h"
#include "kernel_registry.h"

namespace emulation {

// What CUDA would refuse, or a fault in the kernel. It names the kernel and, where they are known, block and thread.
class KernelError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// A read or write where the kernel may not.
class AccessError : public KernelError {
  public:
    using KernelError::KernelError;
};

// `arguments` point to the values, in the order of the parameters and of their types.
void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t shared_bytes, void** arguments);

// Throws a KernelError that says where in the launch it happened.
[[noreturn]] void fail(const std::string& what);

// The same as an AccessError.
[[noreturn]] void fail_access(const std::string& what);

}  // namespace emulation
