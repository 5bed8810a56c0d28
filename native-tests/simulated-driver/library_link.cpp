#include "library_link.h"

#include "scheduler.h"

using namespace simulated;

EXPORTED int simulated_submit(void* stream_handle, int (*run)(void*), const void* arguments, size_t bytes) {
    return call(Needs::CONTEXT, "a library's call", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::LAUNCH); failure != SUCCESS) {
            return failure;
        }
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr) {
            return INVALID_HANDLE;
        }
        const auto* const first = static_cast<const unsigned char*>(arguments);
        std::vector<unsigned char> copy(first, first + bytes);
        return submit(stream, [run, copy = std::move(copy)] {
            std::vector<unsigned char> own(copy);
            return static_cast<Status>(run(own.data()));
        });
    });
}

EXPORTED int simulated_points_to_device(const void* memory, size_t bytes) {
    const std::lock_guard<std::mutex> lock(driver().lock);
    return simulated_is_device_memory(memory, bytes);
}

EXPORTED int simulated_is_device_memory(const void* memory, size_t bytes) {
    return driver().device.contains(memory, bytes) ? 1 : 0;
}

static uint64_t& handles(Driver& state, Resource kind) {
    return kind == Resource::CUBLAS_HANDLES ? state.cublas_handles : state.curand_generators;
}

EXPORTED int simulated_create_handle(Resource kind) {
    return call(Needs::CONTEXT, "a library's handle", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::LIBRARY_HANDLE); failure != SUCCESS) {
            return failure;
        }
        ++handles(state, kind);
        return SUCCESS;
    });
}

EXPORTED void simulated_destroy_handle(Resource kind) {
    const std::lock_guard<std::mutex> lock(driver().lock);
    --handles(driver(), kind);
    // As libraries do, it waits for the context.
    if (check_no_capture() != SUCCESS) {
        explain("the end of a library's handle", "waits for the context, which spoils the captures under way");
    }
}

EXPORTED int simulated_prepare(const char* name) {
    const std::lock_guard<std::mutex> lock(driver().lock);
    const Status status = check_no_capture();
    if (status != SUCCESS) {
        explain(name, "waits for the context, which spoils the captures under way");
    }
    return status;
}

EXPORTED void simulated_explain(const char* call, const char* cause) {
    explain(call, cause);
}
