// Allocations of device memory and of page-locked host memory, and questions about addresses.
#include <algorithm>

#include "scheduler.h"

using namespace simulated;

static void* pointer(DeviceAddress address) {
    return reinterpret_cast<void*>(address);
}

static DeviceAddress address(const void* pointer) {
    return reinterpret_cast<DeviceAddress>(pointer);
}

EXPORTED int cuMemAlloc_v2(DeviceAddress* result, size_t bytes) {
    return call(Needs::CONTEXT, "cuMemAlloc", [&](Driver& state) {
        if (const Status status = check_captures(); status != SUCCESS) {
            return status;
        }
        if (const Status failure = state.calls.count(Call::ALLOCATION); failure != SUCCESS) {
            return failure;
        }
        if (result == nullptr || bytes == 0) {
            return INVALID_VALUE;
        }
        if (bytes > state.memory_bytes || state.device.bytes() > state.memory_bytes - bytes) {
            return OUT_OF_MEMORY;
        }
        *result = address(state.device.allocate(current_context(), bytes));
        return SUCCESS;
    });
}

// A free waits for all work, as the device's does.
static Status release(Driver& state, const char* name, Allocations& allocations, const void* memory) {
    if (const Status status = check_captures(); status != SUCCESS) {
        return status;
    }
    if (const Status status = wait_for_all(); status != SUCCESS) {
        return status;
    }
    bool freed = false;
    const std::string problem = allocations.release(memory, freed);
    if (problem.empty()) {
        return SUCCESS;
    }
    explain(name, problem);
    if (!freed) {
        state.double_frees += allocations.was_released(memory) ? 1 : 0;
        return INVALID_VALUE;
    }
    state.sticky = ILLEGAL_ADDRESS;
    return ILLEGAL_ADDRESS;
}

EXPORTED int cuMemFree_v2(DeviceAddress memory) {
    return call(Needs::CONTEXT, "cuMemFree", [&](Driver& state) {
        return memory == 0 ? SUCCESS : release(state, "cuMemFree", state.device, pointer(memory));
    });
}

EXPORTED int cuMemHostAlloc(void** result, size_t bytes, unsigned) {
    return call(Needs::CONTEXT, "cuMemHostAlloc", [&](Driver& state) {
        if (const Status status = check_captures(); status != SUCCESS) {
            return status;
        }
        if (const Status failure = state.calls.count(Call::PINNED_ALLOCATION); failure != SUCCESS) {
            return failure;
        }
        if (result == nullptr || bytes == 0) {
            return INVALID_VALUE;
        }
        *result = state.pinned.allocate(current_context(), bytes);
        return SUCCESS;
    });
}

EXPORTED int cuMemAllocHost_v2(void** result, size_t bytes) {
    return cuMemHostAlloc(result, bytes, 0);
}

EXPORTED int cuMemFreeHost(void* memory) {
    return call(Needs::CONTEXT, "cuMemFreeHost", [&](Driver& state) {
        return memory == nullptr ? INVALID_VALUE : release(state, "cuMemFreeHost", state.pinned, memory);
    });
}

EXPORTED int cuMemGetInfo_v2(size_t* free, size_t* total) {
    return call(Needs::CONTEXT, "cuMemGetInfo", [&](Driver& state) {
        if (free == nullptr || total == nullptr) {
            return INVALID_VALUE;
        }
        *total = state.memory_bytes;
        *free = state.memory_bytes - std::min(state.memory_bytes, state.device.bytes());
        return SUCCESS;
    });
}

EXPORTED int cuMemGetAddressRange_v2(DeviceAddress* base, size_t* bytes, DeviceAddress inside) {
    return call(Needs::CONTEXT, "cuMemGetAddressRange", [&](Driver& state) {
        const Allocation* const allocation = state.device.around(pointer(inside));
        if (allocation == nullptr) {
            return NOT_FOUND;
        }
        if (base != nullptr) {
            *base = address(allocation->memory->data());
        }
        if (bytes != nullptr) {
            *bytes = allocation->memory->size();
        }
        return SUCCESS;
    });
}

EXPORTED int cuPointerGetAttribute(void* value, int attribute, DeviceAddress inside) {
    enum { CONTEXT = 1, MEMORY_TYPE = 2, DEVICE_POINTER = 3, HOST_POINTER = 4, ORDINAL = 9, START = 11, SIZE = 12 };
    enum : unsigned { HOST = 1, DEVICE = 2 };
    return call(Needs::CONTEXT, "cuPointerGetAttribute", [&](Driver& state) {
        const Allocation* const on_device = state.device.around(pointer(inside));
        const Allocation* const allocation = on_device != nullptr ? on_device : state.pinned.around(pointer(inside));
        if (value == nullptr || allocation == nullptr) {
            return INVALID_VALUE;
        }
        switch (attribute) {
            case CONTEXT: *static_cast<void**>(value) = allocation->context; return SUCCESS;
            case MEMORY_TYPE: *static_cast<unsigned*>(value) = on_device != nullptr ? DEVICE : HOST; return SUCCESS;
            case DEVICE_POINTER:
            case HOST_POINTER:
                if ((attribute == DEVICE_POINTER) != (on_device != nullptr)) {
                    return INVALID_VALUE;
                }
                *static_cast<DeviceAddress*>(value) = inside;
                return SUCCESS;
            case ORDINAL: *static_cast<int*>(value) = 0; return SUCCESS;
            case START: *static_cast<DeviceAddress*>(value) = address(allocation->memory->data()); return SUCCESS;
            case SIZE: *static_cast<size_t*>(value) = allocation->memory->size(); return SUCCESS;
            default: return NOT_SUPPORTED;
        }
    });
}
