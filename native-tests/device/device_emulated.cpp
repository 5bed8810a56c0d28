// The device of a machine without a GPU.
#include <cstring>
#include <map>
#include <memory>

#include "device.h"
#include "guarded_memory.h"
#include "launch.h"

namespace device {

// What heuristics by the number of multiprocessors see.
static constexpr int MULTIPROCESSORS = 4;

static std::map<void*, std::unique_ptr<emulation::GuardedMemory>>& memories() {
    static std::map<void*, std::unique_ptr<emulation::GuardedMemory>> memories;
    return memories;
}

void* allocate(size_t bytes, size_t misalignment) {
    auto memory = std::make_unique<emulation::GuardedMemory>("an array", bytes, misalignment);
    void* const pointer = memory->data();
    memories()[pointer] = std::move(memory);
    return pointer;
}

void release(void* memory) noexcept {
    memories().erase(memory);
}

void copy_to_device(void* to, const void* from, size_t bytes) {
    std::memcpy(to, from, bytes);
}

void copy_from_device(void* to, const void* from, size_t bytes) {
    std::memcpy(to, from, bytes);
}

static std::string known_kernels() {
    std::string names;
    for (const emulation::Kernel& kernel : emulation::kernels()) {
        names += (names.empty() ? "" : ", ") + kernel.name;
    }
    return names;
}

void launch_kernel(const std::string& name, const Launch& launch, const std::vector<Argument>& arguments) {
    const emulation::Kernel* const kernel = emulation::find_kernel(name);
    if (kernel == nullptr) {
        throw std::runtime_error("there is no kernel " + name + "; there are: " + known_kernels());
    }
    if (arguments.size() != kernel->parameters.size()) {
        throw std::runtime_error(
            "kernel " + name + " has " + std::to_string(kernel->parameters.size()) + " parameters, the launch " +
            std::to_string(arguments.size()) + " arguments");
    }
    std::vector<void*> values;
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (!kernel->parameters[i].accepts(arguments[i].type)) {
            throw std::runtime_error(
                "kernel " + name + ": parameter " + std::to_string(i) + " is " + kernel->parameters[i].describe() +
                ", the argument " + arguments[i].type.describe());
        }
        values.push_back(const_cast<void*>(arguments[i].value));
    }
    emulation::launch(
        *kernel, {launch.grid.x, launch.grid.y, launch.grid.z}, {launch.block}, launch.shared_bytes, values.data());
}

void synchronize() {
    const std::string damage = emulation::GuardedMemory::damage_anywhere();
    if (!damage.empty()) {
        throw std::runtime_error(damage);
    }
}

int multiprocessors() {
    return MULTIPROCESSORS;
}

std::string name() {
    return "CUDA emulated on a CPU";
}

bool emulated() {
    return true;
}

}  // namespace device
