// Kernel launches: what a device would refuse is refused, and what it would let pass and fault on, too.
#include "launch.h"

#include <cstring>

#include "scheduler.h"

using namespace simulated;
using emulation::GuardedMemory;

namespace {

// A launch with copies of its arguments.
struct Launch {
    const emulation::Kernel* kernel;
    dim3 grid;
    dim3 block;
    size_t shared_bytes;
    std::vector<uint64_t> arguments;
};

// Empty: every pointer is null or points into live device memory, or just behind it, as those to nothing do.
std::string wrong_pointer(const Launch& launch) {
    const std::vector<ParameterType>& parameters = launch.kernel->parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
        const auto* const address = reinterpret_cast<const void*>(launch.arguments[i]);
        if (parameters[i].kind == ParameterKind::POINTER && address != nullptr &&
            driver().device.around(address) == nullptr) {
            return "kernel " + launch.kernel->name + ", parameter " + std::to_string(i) +
                   " points to no live device memory: " + GuardedMemory::locate(address);
        }
    }
    return "";
}

Status run(const Launch& launch) {
    const std::string wrong = wrong_pointer(launch);
    if (!wrong.empty()) {
        explain("a launch", wrong);
        return ILLEGAL_ADDRESS;
    }
    std::vector<uint64_t> values = launch.arguments;
    std::vector<void*> pointers;
    pointers.reserve(values.size());
    for (uint64_t& value : values) {
        pointers.push_back(&value);
    }
    try {
        emulation::launch(*launch.kernel, launch.grid, launch.block, launch.shared_bytes, pointers.data());
        return SUCCESS;
    } catch (const emulation::AccessError& error) {
        explain("a launch", error.what());
        return ILLEGAL_ADDRESS;
    } catch (const emulation::KernelError& error) {
        explain("a launch", error.what());
        return LAUNCH_FAILED;
    }
}

// Empty: the device can run a grid of that shape.
std::string wrong_shape(const Function& function, dim3 grid, dim3 block, size_t shared_bytes) {
    const uint64_t threads = uint64_t{block.x} * block.y * block.z;
    if (grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.x > 0x7FFFFFFFu || grid.y > 65535 || grid.z > 65535) {
        return "a grid has 1 to 2^31 - 1, 1 to 65535 and 1 to 65535 blocks: " + std::to_string(grid.x) + ", " +
               std::to_string(grid.y) + ", " + std::to_string(grid.z);
    }
    if (threads < 1 || threads > function.max_threads() || block.z > 64) {
        return "a block of this kernel has 1 to " + std::to_string(function.max_threads()) +
               " threads, at most 64 in z: " + std::to_string(threads);
    }
    if (shared_bytes > function.max_dynamic_shared) {
        return "dynamic shared memory of this kernel is at most " + std::to_string(function.max_dynamic_shared) +
               " bytes, as by cuFuncSetAttribute: " + std::to_string(shared_bytes);
    }
    return "";
}

std::vector<uint64_t> copy_arguments(const emulation::Kernel& kernel, void** arguments) {
    std::vector<uint64_t> values;
    for (size_t i = 0; i < kernel.parameters.size(); ++i) {
        uint64_t value = 0;
        std::memcpy(&value, arguments[i], kernel.parameters[i].size);
        values.push_back(value);
    }
    return values;
}

Status launch(
    Driver& state, const Function& function, dim3 grid, dim3 block, size_t shared_bytes, void* stream_handle,
    void** arguments) {
    const std::shared_ptr<Stream> stream = find_stream(stream_handle);
    if (stream == nullptr || function.context != current_context()) {
        explain("cuLaunchKernel", "stream and kernel must be of the current context");
        return INVALID_HANDLE;
    }
    std::string wrong = wrong_shape(function, grid, block, shared_bytes);
    if (!wrong.empty()) {
        explain("cuLaunchKernel", "kernel " + function.kernel->name + ": " + wrong);
        return INVALID_VALUE;
    }
    if (arguments == nullptr && !function.kernel->parameters.empty()) {
        return INVALID_VALUE;
    }
    if (const Status failure = state.calls.count(Call::LAUNCH); failure != SUCCESS) {
        return failure;
    }
    Launch work{function.kernel, grid, block, shared_bytes, copy_arguments(*function.kernel, arguments)};
    wrong = wrong_pointer(work);
    if (!wrong.empty()) {
        explain("cuLaunchKernel", wrong);
        return INVALID_VALUE;
    }
    return submit(stream, [work = std::move(work)] { return run(work); });
}

}  // namespace

EXPORTED int cuLaunchKernel(
    void* handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
    unsigned block_z, unsigned shared_bytes, void* stream, void** arguments, void** extra) {
    return call(Needs::CONTEXT, "cuLaunchKernel", [&](Driver& state) {
        if (extra != nullptr) {
            return NOT_SUPPORTED;
        }
        if (state.functions.count(handle) == 0) {
            return INVALID_HANDLE;
        }
        const Function& function = *static_cast<const Function*>(handle);
        return launch(
            state, function, {grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, stream, arguments);
    });
}
