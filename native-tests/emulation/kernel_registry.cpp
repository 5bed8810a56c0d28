#include "kernel_registry.h"

#include <stdexcept>

namespace emulation {

// A function's static, as kernels register themselves before main, in any order; never destroyed.
static std::vector<Kernel>& registry() {
    static auto* const kernels = new std::vector<Kernel>;
    return *kernels;
}

const std::vector<Kernel>& kernels() {
    return registry();
}

const Kernel* find_kernel(const std::string& name) {
    for (const Kernel& kernel : registry()) {
        if (kernel.name == name) {
            return &kernel;
        }
    }
    return nullptr;
}

void register_kernel(Kernel kernel) {
    if (find_kernel(kernel.name) != nullptr) {
        throw std::logic_error("kernel names must differ: " + kernel.name);
    }
    registry().push_back(std::move(kernel));
}

}  // namespace emulation
