// Modules and their kernels.
#include <algorithm>

#include "scheduler.h"

using namespace simulated;

static Status load(Driver& state, const char* name, void** handle, const void* image, std::string& log) {
    if (const Status status = check_captures(); status != SUCCESS) {
        return status;
    }
    if (const Status failure = state.calls.count(Call::MODULE_LOAD); failure != SUCCESS) {
        log = "made to fail";
        return failure;
    }
    if (handle == nullptr || image == nullptr) {
        return INVALID_VALUE;
    }
    auto module = std::make_shared<Module>();
    const Status status = load_module(static_cast<const char*>(image), current_context(), *module, log);
    if (status != SUCCESS) {
        explain(name, log);
        return status;
    }
    for (const auto& function : module->functions) {
        state.functions.insert(&function.second);
    }
    *handle = state.modules.add(std::move(module));
    return SUCCESS;
}

EXPORTED int cuModuleLoadData(void** handle, const void* image) {
    return call(Needs::CONTEXT, "cuModuleLoadData", [&](Driver& state) {
        std::string log;
        return load(state, "cuModuleLoadData", handle, image, log);
    });
}

// Where an option asks for messages, they are written.
static void write_log(const std::string& log, unsigned count, const int* options, void** values) {
    enum { ERROR_LOG = 5, ERROR_LOG_BYTES = 6 };
    char* buffer = nullptr;
    size_t room = 0;
    for (unsigned i = 0; i < count; ++i) {
        if (options[i] == ERROR_LOG) {
            buffer = static_cast<char*>(values[i]);
        } else if (options[i] == ERROR_LOG_BYTES) {
            room = reinterpret_cast<size_t>(values[i]) & 0xFFFFFFFFu;
        }
    }
    if (buffer != nullptr && room > 0) {
        std::snprintf(buffer, room, "%s", log.c_str());
    }
}

EXPORTED int cuModuleLoadDataEx(void** handle, const void* image, unsigned count, int* options, void** values) {
    return call(Needs::CONTEXT, "cuModuleLoadDataEx", [&](Driver& state) {
        std::string log;
        const Status status = load(state, "cuModuleLoadDataEx", handle, image, log);
        if (status != SUCCESS && options != nullptr && values != nullptr) {
            write_log(log, count, options, values);
        }
        return status;
    });
}

EXPORTED int cuModuleUnload(void* handle) {
    return call(Needs::CONTEXT, "cuModuleUnload", [&](Driver& state) {
        const std::shared_ptr<Module> module = state.modules.find(handle);
        if (module == nullptr) {
            return INVALID_HANDLE;
        }
        if (const Status status = check_captures(); status != SUCCESS) {
            return status;
        }
        for (const auto& function : module->functions) {
            state.functions.erase(&function.second);
        }
        state.modules.remove(module.get());
        return SUCCESS;
    });
}

EXPORTED int cuModuleGetFunction(void** handle, void* module_handle, const char* name) {
    return call(Needs::CONTEXT, "cuModuleGetFunction", [&](Driver& state) {
        const std::shared_ptr<Module> module = state.modules.find(module_handle);
        if (module == nullptr) {
            return INVALID_HANDLE;
        }
        if (handle == nullptr || name == nullptr) {
            return INVALID_VALUE;
        }
        const auto found = module->functions.find(name);
        if (found == module->functions.end()) {
            return NOT_FOUND;
        }
        *handle = &found->second;
        return SUCCESS;
    });
}

// Kernels here use no global variables.
EXPORTED int cuModuleGetGlobal_v2(DeviceAddress*, size_t*, void* module_handle, const char*) {
    return call(Needs::CONTEXT, "cuModuleGetGlobal", [&](Driver& state) {
        return state.modules.find(module_handle) == nullptr ? INVALID_HANDLE : NOT_FOUND;
    });
}

namespace {

enum Attribute {
    MAX_THREADS = 0,
    SHARED = 1,
    CONSTANT = 2,
    LOCAL = 3,
    REGISTERS = 4,
    PTX_VERSION = 5,
    BINARY_VERSION = 6,
    CACHE_MODE = 7,
    MAX_DYNAMIC_SHARED = 8,
    SHARED_CARVEOUT = 9,
};

// The frame of calls about a kernel.
template <class F>
int about_function(const char* name, void* handle, F body) {
    return call(Needs::CONTEXT, name, [&](Driver& state) {
        if (state.functions.count(handle) == 0) {
            return INVALID_HANDLE;
        }
        return body(*static_cast<Function*>(handle));
    });
}

}  // namespace

EXPORTED int cuFuncGetAttribute(int* value, int attribute, void* handle) {
    return about_function("cuFuncGetAttribute", handle, [&](const Function& function) {
        if (value == nullptr) {
            return INVALID_VALUE;
        }
        switch (attribute) {
            case MAX_THREADS: *value = static_cast<int>(function.max_threads()); return SUCCESS;
            case SHARED: *value = static_cast<int>(function.ptx.shared_bytes); return SUCCESS;
            case REGISTERS: *value = 32; return SUCCESS;
            case PTX_VERSION:
            case BINARY_VERSION: *value = 90; return SUCCESS;
            case MAX_DYNAMIC_SHARED: *value = static_cast<int>(function.max_dynamic_shared); return SUCCESS;
            case CONSTANT:
            case LOCAL:
            case CACHE_MODE: *value = 0; return SUCCESS;
            case SHARED_CARVEOUT: *value = -1; return SUCCESS;
            default: return INVALID_VALUE;
        }
    });
}

EXPORTED int cuFuncSetAttribute(void* handle, int attribute, int value) {
    return about_function("cuFuncSetAttribute", handle, [&](Function& function) {
        if (attribute == SHARED_CARVEOUT) {
            return value < -1 || value > 100 ? INVALID_VALUE : SUCCESS;
        }
        if (attribute != MAX_DYNAMIC_SHARED) {
            return INVALID_VALUE;
        }
        if (value < 0 || static_cast<size_t>(value) + function.ptx.shared_bytes > SHARED_BYTES_OPTIN) {
            explain("cuFuncSetAttribute", "a block has at most 227 KiB of shared memory: " + std::to_string(value));
            return INVALID_VALUE;
        }
        function.max_dynamic_shared = static_cast<size_t>(value);
        return SUCCESS;
    });
}

// Bound by threads, blocks and shared memory; registers are not known.
EXPORTED int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* handle, int threads, size_t dynamic) {
    constexpr size_t MAX_THREADS_RESIDENT = 2048;
    constexpr size_t MAX_BLOCKS_RESIDENT = 32;
    constexpr size_t SHARED_OF_MULTIPROCESSOR = 228 * 1024;
    constexpr size_t SHARED_OF_SYSTEM = 1024;
    return about_function("cuOccupancyMaxActiveBlocksPerMultiprocessor", handle, [&](const Function& function) {
        if (blocks == nullptr || threads < 1) {
            return INVALID_VALUE;
        }
        const size_t shared = function.ptx.shared_bytes + dynamic + SHARED_OF_SYSTEM;
        const size_t by_threads = MAX_THREADS_RESIDENT / static_cast<size_t>(threads);
        const bool fits = static_cast<unsigned>(threads) <= function.max_threads();
        *blocks =
            !fits ? 0
                  : static_cast<int>(std::min({MAX_BLOCKS_RESIDENT, by_threads, SHARED_OF_MULTIPROCESSOR / shared}));
        return SUCCESS;
    });
}
