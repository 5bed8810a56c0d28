#include "ptx_module.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace simulated {

static constexpr int NEWEST_PTX = 85;  // ten times the version
static constexpr int NEWEST_TARGET = 90;

static bool agree(const PtxParameter& ptx, const ParameterType& built) {
    return ptx.size == built.size && ptx.floating == (built.kind == ParameterKind::FLOATING);
}

// Empty: the PTX declares the parameters that the kernel was built with.
static std::string disagreement(const PtxKernel& ptx, const emulation::Kernel& built) {
    if (ptx.parameters.size() != built.parameters.size()) {
        return "the PTX has " + std::to_string(ptx.parameters.size()) + " parameters, the built kernel has " +
               std::to_string(built.parameters.size());
    }
    for (size_t i = 0; i < ptx.parameters.size(); ++i) {
        if (!agree(ptx.parameters[i], built.parameters[i])) {
            return "parameter " + std::to_string(i) + " is " + ptx.parameters[i].describe() +
                   " in the PTX, and the built kernel takes " + built.parameters[i].describe();
        }
    }
    return "";
}

unsigned Function::max_threads() const {
    const unsigned built = std::min(kernel->bounds.threads, 1024u);
    return ptx.max_threads == 0 ? built : std::min(built, ptx.max_threads);
}

// The number behind a directive; -1: there is none.
static int number_behind(const std::string& ptx, const char* directive, int& fraction) {
    const size_t at = ptx.find(directive);
    int number = -1;
    fraction = 0;
    if (at != std::string::npos) {
        std::sscanf(ptx.c_str() + at + std::strlen(directive), "%d.%d", &number, &fraction);
    }
    return number;
}

static Status check_header(const std::string& ptx, std::string& log) {
    int minor = 0;
    const int major = number_behind(ptx, ".version ", minor);
    if (major < 0) {
        log = "no .version: not PTX";
        return INVALID_PTX;
    }
    const int version = major * 10 + minor;
    if (version > NEWEST_PTX) {
        const auto text = [](int tenths) { return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10); };
        log = "PTX " + text(version) + " is newer than the driver, which knows " + text(NEWEST_PTX);
        return UNSUPPORTED_PTX_VERSION;
    }
    const int target = number_behind(ptx, ".target sm_", minor);
    if (target < 0) {
        log = "no .target sm_: not PTX for a device";
        return INVALID_PTX;
    }
    if (target > NEWEST_TARGET) {
        log = "target sm_" + std::to_string(target) + " is newer than the device, sm_" + std::to_string(NEWEST_TARGET);
        return NO_BINARY_FOR_GPU;
    }
    return SUCCESS;
}

Status load_module(const char* image, Context* context, Module& module, std::string& log) {
    const char* const elf = "\177ELF";
    if (std::strncmp(image, elf, std::strlen(elf)) == 0) {
        log = "machine code cannot be simulated: PTX is needed";
        return NO_BINARY_FOR_GPU;
    }
    const std::string ptx(image);
    if (const Status status = check_header(ptx, log); status != SUCCESS) {
        return status;
    }
    module.context = context;
    try {
        for (PtxKernel& entry : ptx_kernels(ptx, "PTX")) {
            const emulation::Kernel* const built = emulation::find_kernel(entry.name);
            log = built == nullptr ? "no kernel of that name was built" : disagreement(entry, *built);
            if (!log.empty()) {
                log = "kernel " + entry.name + ": " + log;
                return INVALID_PTX;
            }
            const size_t dynamic = SHARED_BYTES - std::min(SHARED_BYTES, entry.shared_bytes);
            const std::string name = entry.name;
            module.functions.emplace(name, Function{context, built, std::move(entry), dynamic});
        }
    } catch (const std::exception& error) {
        log = error.what();
        return INVALID_PTX;
    }
    return SUCCESS;
}

}  // namespace simulated
