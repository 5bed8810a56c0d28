// Names and texts of statuses.
#include "driver.h"

using namespace simulated;

struct ErrorText {
    const char* name;
    const char* text;
};

// Without a name: not a status that is known.
static ErrorText error_text(int status) {
    switch (static_cast<Status>(status)) {  // without a default: the compiler misses none
        case SUCCESS: return {"CUDA_SUCCESS", "no error"};
        case INVALID_VALUE: return {"CUDA_ERROR_INVALID_VALUE", "invalid argument"};
        case OUT_OF_MEMORY: return {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"};
        case NOT_INITIALIZED: return {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"};
        case INVALID_DEVICE: return {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"};
        case INVALID_CONTEXT: return {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"};
        case NO_BINARY_FOR_GPU:
            return {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"};
        case UNSUPPORTED_LIMIT: return {"CUDA_ERROR_UNSUPPORTED_LIMIT", "limit is not supported on this architecture"};
        case INVALID_PTX: return {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"};
        case UNSUPPORTED_PTX_VERSION:
            return {
                "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."};
        case INVALID_HANDLE: return {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"};
        case ILLEGAL_STATE:
            return {"CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"};
        case NOT_FOUND: return {"CUDA_ERROR_NOT_FOUND", "named symbol not found"};
        case NOT_READY: return {"CUDA_ERROR_NOT_READY", "device not ready"};
        case ILLEGAL_ADDRESS: return {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"};
        case LAUNCH_OUT_OF_RESOURCES:
            return {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"};
        case MISALIGNED_ADDRESS: return {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"};
        case LAUNCH_FAILED: return {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"};
        case NOT_SUPPORTED: return {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"};
        case STREAM_CAPTURE_UNSUPPORTED:
            return {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"};
        case STREAM_CAPTURE_INVALIDATED:
            return {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"};
        case STREAM_CAPTURE_ISOLATION:
            return {"CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"};
        case STREAM_CAPTURE_IMPLICIT:
            return {
                "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
                "operation would make the legacy stream depend on a capturing stream"};
        case CAPTURED_EVENT:
            return {
                "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"};
        case STREAM_CAPTURE_WRONG_THREAD:
            return {
                "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
                "attempt to terminate a thread-local capture sequence from another thread"};
        case UNKNOWN: return {"CUDA_ERROR_UNKNOWN", "unknown error"};
    }
    return {nullptr, nullptr};
}

static int find_text(int status, const char* ErrorText::*part, const char** text) {
    if (text == nullptr) {
        return INVALID_VALUE;
    }
    *text = error_text(status).*part;
    return *text != nullptr ? SUCCESS : INVALID_VALUE;
}

EXPORTED int cuGetErrorName(int status, const char** name) {
    return find_text(status, &ErrorText::name, name);
}

EXPORTED int cuGetErrorString(int status, const char** text) {
    return find_text(status, &ErrorText::text, text);
}
