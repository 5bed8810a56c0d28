// Devices and the driver itself.
#include <cstring>
#include <map>

#include "driver.h"

using namespace simulated;

static constexpr const char* NAME = "PerNodeDrop simulated device (CPU, for tests)";
static constexpr int VERSION = 12060;

// By numbers of CUdevice_attribute; what launches are checked against is that of sm_90.
static const std::map<int, int>& attributes() {
    static const std::map<int, int> values{
        {1, 1024},  // threads in a block
        {2, 1024},  // in each dimension
        {3, 1024},
        {4, 64},
        {5, 2147483647},  // blocks in a grid
        {6, 65535},
        {7, 65535},
        {8, SHARED_BYTES},
        {9, 65536},        // constant memory
        {10, 32},          // threads in a warp
        {11, 2147483647},  // pitch
        {12, 65536},       // registers in a block
        {13, 1000000},     // kHz
        {14, 512},         // alignment of textures
        {15, 1},           // copies beside kernels
        {19, 1},           // maps host memory
        {31, 1},           // concurrent kernels
        {36, 1000000},     // memory, kHz
        {37, 64},          // memory, bits
        {38, 4 << 20},     // L2
        {39, 2048},        // threads on a multiprocessor
        {40, 2},           // copy engines
        {41, 1},           // unified addressing
        {75, 9},           // compute capability
        {76, 0},
        {81, 228 * 1024},  // shared memory of a multiprocessor
        {82, 65536},       // its registers
        {97, SHARED_BYTES_OPTIN},
        {106, 32},    // blocks on a multiprocessor
        {111, 1024},  // shared memory that the system takes of a block
    };
    return values;
}

static constexpr int MULTIPROCESSORS = 16;
static constexpr int LAST_ATTRIBUTE = 150;

EXPORTED int cuInit(unsigned flags) {
    return call(Needs::NOTHING, "cuInit", [&](Driver& state) {
        if (flags != 0) {
            return INVALID_VALUE;
        }
        state.initialized = true;
        return SUCCESS;
    });
}

EXPORTED int cuDriverGetVersion(int* version) {
    if (version == nullptr) {
        return INVALID_VALUE;
    }
    *version = VERSION;
    return SUCCESS;
}

EXPORTED int cuDeviceGetCount(int* count) {
    return call(Needs::INITIALIZATION, "cuDeviceGetCount", [&](Driver&) {
        if (count == nullptr) {
            return INVALID_VALUE;
        }
        *count = 1;
        return SUCCESS;
    });
}

EXPORTED int cuDeviceGet(int* device, int ordinal) {
    return call(Needs::INITIALIZATION, "cuDeviceGet", [&](Driver&) {
        if (device == nullptr) {
            return INVALID_VALUE;
        }
        if (ordinal != 0) {
            return INVALID_DEVICE;
        }
        *device = 0;
        return SUCCESS;
    });
}

// The frame of a call about the device.
template <class F>
static int about_device(const char* name, const void* result, int device, F body) {
    return call(Needs::INITIALIZATION, name, [&](Driver& state) {
        if (device != 0) {
            return INVALID_DEVICE;
        }
        return result == nullptr ? INVALID_VALUE : body(state);
    });
}

EXPORTED int cuDeviceGetName(char* name, int length, int device) {
    return about_device("cuDeviceGetName", name, device, [&](Driver&) {
        if (length < 1) {
            return INVALID_VALUE;
        }
        std::snprintf(name, static_cast<size_t>(length), "%s", NAME);
        return SUCCESS;
    });
}

EXPORTED int cuDeviceGetPCIBusId(char* id, int length, int device) {
    return about_device("cuDeviceGetPCIBusId", id, device, [&](Driver&) {
        if (length < 13) {
            return INVALID_VALUE;
        }
        std::snprintf(id, static_cast<size_t>(length), "0000:00:00.0");
        return SUCCESS;
    });
}

EXPORTED int cuDeviceGetUuid(void* uuid, int device) {
    return about_device("cuDeviceGetUuid", uuid, device, [&](Driver&) {
        std::memcpy(uuid, "PerNodeDrop sim.", 16);
        return SUCCESS;
    });
}

EXPORTED int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    return about_device("cuDeviceTotalMem", bytes, device, [&](Driver& state) {
        *bytes = state.memory_bytes;
        return SUCCESS;
    });
}

EXPORTED int cuDeviceComputeCapability(int* major, int* minor, int device) {
    return about_device("cuDeviceComputeCapability", major, device, [&](Driver&) {
        *major = attributes().at(75);
        *minor = attributes().at(76);
        return SUCCESS;
    });
}

EXPORTED int cuDeviceGetAttribute(int* value, int attribute, int device) {
    return about_device("cuDeviceGetAttribute", value, device, [&](Driver& state) {
        if (attribute < 1 || attribute > LAST_ATTRIBUTE) {
            return INVALID_VALUE;
        }
        const auto found = attributes().find(attribute);
        *value = found == attributes().end() ? 0 : found->second;
        if (attribute == MULTIPROCESSORS) {
            *value = state.multiprocessors;
        }
        return SUCCESS;
    });
}
