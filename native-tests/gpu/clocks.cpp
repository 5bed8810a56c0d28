#include "clocks.h"

#include <dlfcn.h>

#include "cuda_driver.h"

namespace {

constexpr int NVML_SUCCESS = 0;
constexpr unsigned NVML_CLOCK_SM = 1;

using NvmlDevice = struct nvmlDevice_st*;
using GetText = int (*)(char*, unsigned);
using GetClock = int (*)(NvmlDevice, unsigned, unsigned*);

struct Nvml {
    NvmlDevice device = nullptr;
    GetClock clock = nullptr;
    GetClock highest = nullptr;
    GetText driver = nullptr;

    Nvml() {
        void* const library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) {
            return;
        }
        const auto init = reinterpret_cast<int (*)()>(dlsym(library, "nvmlInit_v2"));
        const auto find =
            reinterpret_cast<int (*)(const char*, NvmlDevice*)>(dlsym(library, "nvmlDeviceGetHandleByPciBusId_v2"));
        char bus_id[32] = {};
        cuda::driver().device_bus_id(bus_id, sizeof bus_id, cuda::device());
        if (init != nullptr && find != nullptr && init() == NVML_SUCCESS && find(bus_id, &device) == NVML_SUCCESS) {
            clock = reinterpret_cast<GetClock>(dlsym(library, "nvmlDeviceGetClockInfo"));
            driver = reinterpret_cast<GetText>(dlsym(library, "nvmlSystemGetDriverVersion"));
            highest = reinterpret_cast<GetClock>(dlsym(library, "nvmlDeviceGetMaxClockInfo"));
        }
    }

    int mhz(GetClock get) const {
        unsigned value = 0;
        return get != nullptr && get(device, NVML_CLOCK_SM, &value) == NVML_SUCCESS ? static_cast<int>(value) : 0;
    }
};

const Nvml& nvml() {
    static const Nvml opened;
    return opened;
}

}  // namespace

int sm_clock_mhz() {
    return nvml().mhz(nvml().clock);
}

int highest_sm_clock_mhz() {
    return nvml().mhz(nvml().highest);
}

std::string driver_release() {
    char text[96] = {};
    const bool known = nvml().driver != nullptr && nvml().driver(text, sizeof text) == NVML_SUCCESS;
    return known ? text : "unknown";
}
