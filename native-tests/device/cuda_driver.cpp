#include "cuda_driver.h"

#include <dlfcn.h>

namespace cuda {
namespace {

constexpr const char* LIBRARY = "libcuda.so.1";

using GetErrorText = Status (*)(Status, const char**);

void* library() {
    static void* const handle = [] {
        void* const opened = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
        if (opened == nullptr) {
            throw Error(
                std::string(LIBRARY) + " cannot be opened: " + dlerror() +
                "; these tests need an NVIDIA GPU and its driver; without one build them with "
                "-DPERNODEDROP_GPU=OFF, for the emulation");
        }
        return opened;
    }();
    return handle;
}

void* symbol(const char* name) {
    void* const found = dlsym(library(), name);
    if (found == nullptr) {
        throw Error(std::string(LIBRARY) + " has no " + name + ": the driver is too old, CUDA 11.4 at least is needed");
    }
    return found;
}

template <class... P>
void find(Call<P...>& call) {
    call.entry = reinterpret_cast<Status (*)(P...)>(symbol(call.name));
}

std::string error_text(const char* getter, Status status) {
    const char* text = nullptr;
    const auto get = reinterpret_cast<GetErrorText>(symbol(getter));
    return get(status, &text) == SUCCESS && text != nullptr ? text : "unknown";
}

Device first_device = 0;

Driver open() {
    Driver d;
    find(d.init);
    find(d.driver_version);
    find(d.device_get);
    find(d.device_name);
    find(d.device_bus_id);
    find(d.device_attribute);
    find(d.device_memory);
    find(d.primary_context);
    find(d.set_context);
    find(d.synchronize);
    find(d.load_module);
    find(d.get_function);
    find(d.function_attribute);
    find(d.set_function_attribute);
    find(d.launch);
    find(d.allocate);
    find(d.release);
    find(d.fill);
    find(d.fill_async);
    find(d.upload);
    find(d.download);
    find(d.create_event);
    find(d.destroy_event);
    find(d.record_event);
    find(d.wait_for_event);
    find(d.elapsed_milliseconds);
    find(d.create_stream);
    find(d.destroy_stream);
    find(d.wait_in_stream);
    find(d.begin_capture);
    find(d.end_capture);
    find(d.instantiate_graph);
    find(d.launch_graph);
    find(d.destroy_graph_exec);
    find(d.destroy_graph);
    d.init(0);
    d.device_get(&first_device, 0);
    Context context = nullptr;
    d.primary_context(&context, first_device);
    d.set_context(context);
    return d;
}

}  // namespace

void fail(const char* call, Status status, const std::string& doing) {
    throw Error(
        std::string(call) + (doing.empty() ? "" : " " + doing) + " failed: " + error_text("cuGetErrorName", status) +
        " (" + std::to_string(status) + "): " + error_text("cuGetErrorString", status));
}

const Driver& driver() {
    static const Driver opened = open();
    return opened;
}

Device device() {
    driver();
    return first_device;
}

int attribute(DeviceAttribute attribute) {
    int value = 0;
    driver().device_attribute(&value, attribute, device());
    return value;
}

}  // namespace cuda
