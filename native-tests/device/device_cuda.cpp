// The device of a machine with an NVIDIA GPU. PERNODEDROP_MEMORY says how arrays are allocated:
//
//   guarded   between watched bytes, and poisoned (the default)
//   exact     just the bytes asked for, poisoned: compute-sanitizer watches the surroundings
//   unfilled  just the bytes asked for, as they come: compute-sanitizer watches for reads of them
#include "device_cuda.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "cuda_kernels.h"
#include "device.h"

namespace device {
namespace {

constexpr size_t GUARD_BYTES = 4096;
constexpr unsigned char GUARD = 0xA5;
constexpr unsigned char POISON = 0xFF;

enum class Memory { GUARDED, EXACT, UNFILLED };

Memory memory_kind() {
    static const Memory kind = [] {
        const char* const chosen = std::getenv("PERNODEDROP_MEMORY");
        const std::string name = chosen == nullptr ? "guarded" : chosen;
        if (name == "guarded") {
            return Memory::GUARDED;
        }
        if (name == "exact") {
            return Memory::EXACT;
        }
        if (name == "unfilled") {
            return Memory::UNFILLED;
        }
        throw std::runtime_error("PERNODEDROP_MEMORY must be guarded, exact or unfilled: " + name);
    }();
    return kind;
}

// An allocation: `bytes` at `data`, within `whole` bytes at `begin`.
struct Block {
    cuda::Address begin;
    size_t whole;
    cuda::Address data;
    size_t bytes;
};

std::map<cuda::Address, Block> blocks;
bool waiting = true;
cuda::Stream launch_stream = nullptr;
std::string last_launch = "none";
// Damage that was found where nothing could be thrown.
std::string damage_to_report;

// At the end of the program, damage that was not reported must not go unnoticed.
struct LastWord {
    ~LastWord() {
        if (!damage_to_report.empty()) {
            std::fprintf(stderr, "%s\n", damage_to_report.c_str());
            std::_Exit(EXIT_FAILURE);
        }
    }
} last_word;

cuda::Address address_of(const void* pointer) {
    return reinterpret_cast<cuda::Address>(pointer);
}

std::string damage_between(const Block& block, cuda::Address begin, cuda::Address end, const char* where) {
    std::vector<unsigned char> bytes(end - begin);
    if (bytes.empty()) {
        return "";
    }
    cuda::driver().download.checked(
        "of the guard around an array; last launch: " + last_launch, bytes.data(), begin, bytes.size());
    const auto changed = std::find_if(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte != GUARD; });
    if (changed == bytes.end()) {
        return "";
    }
    const cuda::Address at = begin + static_cast<cuda::Address>(changed - bytes.begin());
    const auto distance = static_cast<long long>(at) - static_cast<long long>(block.data);
    return std::string("memory ") + where + " an array of " + std::to_string(block.bytes) +
           " bytes was written, first at byte " + std::to_string(distance) +
           " of the array; last launch: " + last_launch;
}

std::string damage_around(const Block& block) {
    const std::string before = damage_between(block, block.begin, block.data, "before");
    return before.empty() ? damage_between(block, block.data + block.bytes, block.begin + block.whole, "behind")
                          : before;
}

void fill(cuda::Address at, unsigned char value, size_t bytes) {
    if (bytes > 0) {
        cuda::driver().fill(at, value, bytes);
    }
}

void report_damage() {
    if (!damage_to_report.empty()) {
        throw std::runtime_error(std::exchange(damage_to_report, ""));
    }
}

std::string describe(const std::string& kernel, const Launch& launch) {
    const Grid& grid = launch.grid;
    return kernel + " <<<" + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " + std::to_string(grid.z) +
           " blocks, " + std::to_string(launch.block) + " threads, " + std::to_string(launch.shared_bytes) +
           " bytes of shared memory>>>";
}

bool accepts(const PtxParameter& parameter, const ParameterType& argument) {
    return parameter.size == argument.size && parameter.floating == (argument.kind == ParameterKind::FLOATING);
}

void check_arguments(const cuda::Kernel& kernel, const std::vector<Argument>& arguments) {
    const std::vector<PtxParameter>& parameters = kernel.ptx.parameters;
    if (arguments.size() != parameters.size()) {
        throw std::runtime_error(
            "kernel " + kernel.ptx.name + " has " + std::to_string(parameters.size()) + " parameters, the launch " +
            std::to_string(arguments.size()) + " arguments");
    }
    for (size_t i = 0; i < arguments.size(); ++i) {
        if (!accepts(parameters[i], arguments[i].type)) {
            throw std::runtime_error(
                "kernel " + kernel.ptx.name + ": parameter " + std::to_string(i) + " is " + parameters[i].describe() +
                ", the argument " + arguments[i].type.describe());
        }
    }
}

}  // namespace

void wait_for_launches(bool wait) {
    waiting = wait;
}

void launch_into(cuda::Stream stream) {
    launch_stream = stream;
}

void* allocate(size_t bytes, size_t misalignment) {
    const size_t guard = memory_kind() == Memory::GUARDED ? GUARD_BYTES : 0;
    Block block{0, guard + misalignment + bytes + guard, 0, bytes};
    cuda::driver().allocate.checked(
        "of " + std::to_string(block.whole) + " bytes", &block.begin, std::max<size_t>(block.whole, 1));
    block.data = block.begin + guard + misalignment;
    blocks[block.data] = block;
    if (memory_kind() != Memory::UNFILLED) {
        fill(block.begin, GUARD, block.whole);
        fill(block.data, POISON, bytes);
    }
    return reinterpret_cast<void*>(block.data);
}

void release(void* memory) noexcept {
    const auto at = blocks.find(address_of(memory));
    try {
        if (memory_kind() == Memory::GUARDED && damage_to_report.empty()) {
            damage_to_report = damage_around(at->second);
        }
        cuda::driver().release(at->second.begin);
    } catch (const std::runtime_error& failure) {
        damage_to_report = failure.what();
    }
    blocks.erase(at);
}

void copy_to_device(void* to, const void* from, size_t bytes) {
    if (bytes > 0) {
        cuda::driver().upload.checked("of " + std::to_string(bytes) + " bytes", address_of(to), from, bytes);
    }
}

void copy_from_device(void* to, const void* from, size_t bytes) {
    synchronize();
    if (bytes > 0) {
        cuda::driver().download.checked(
            "of " + std::to_string(bytes) + " bytes; last launch: " + last_launch, to, address_of(from), bytes);
    }
}

void launch_kernel(const std::string& name, const Launch& launch, const std::vector<Argument>& arguments) {
    report_damage();
    const cuda::Kernel& kernel = cuda::kernel(name);
    check_arguments(kernel, arguments);
    kernel.allow_shared_bytes(launch.shared_bytes);
    std::vector<void*> values;
    for (const Argument& argument : arguments) {
        values.push_back(const_cast<void*>(argument.value));
    }
    last_launch = describe(name, launch);
    cuda::driver().launch.checked(
        "of " + last_launch, kernel.function, launch.grid.x, launch.grid.y, launch.grid.z, launch.block, 1, 1,
        static_cast<unsigned>(launch.shared_bytes), launch_stream, values.data(), nullptr);
    if (waiting) {
        cuda::driver().synchronize.checked("after the launch of " + last_launch);
    }
}

void synchronize() {
    cuda::driver().synchronize.checked("after the launch of " + last_launch);
    report_damage();
    if (memory_kind() == Memory::GUARDED) {
        for (const auto& [address, block] : blocks) {
            if (const std::string damage = damage_around(block); !damage.empty()) {
                fill(block.begin, GUARD, block.data - block.begin);
                fill(block.data + block.bytes, GUARD, block.begin + block.whole - block.data - block.bytes);
                throw std::runtime_error(damage);
            }
        }
    }
}

int multiprocessors() {
    return cuda::attribute(cuda::MULTIPROCESSORS);
}

std::string name() {
    char text[256] = {};
    cuda::driver().device_name(text, sizeof text, cuda::device());
    return text;
}

bool emulated() {
    return false;
}

}  // namespace device
