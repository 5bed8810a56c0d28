// libcublas.so.12 on the simulated device: handles. Of computations it has products in single precision
// (cublas_products.cpp); all other names are stubs.
#include "cublas.h"

#include "library_handles.h"

using namespace simulated;

using Handles = LibraryHandles<CublasHandle, Resource::CUBLAS_HANDLES>;

bool simulated::exists(const CublasHandle* handle) {
    return Handles::all().contains(handle);
}

namespace {

constexpr int VERSION = SIMULATED_CUBLAS_VERSION;

// The frame of calls that set or ask for something.
template <class F>
int about(CublasHandle* handle, F body) {
    return exists(handle) ? body() : CUBLAS_NOT_INITIALIZED;
}

}  // namespace

EXPORTED int cublasCreate_v2(CublasHandle** handle) {
    if (handle == nullptr) {
        return CUBLAS_INVALID_VALUE;
    }
    switch (Handles::all().create(handle)) {
        case SUCCESS: return CUBLAS_SUCCESS;
        case OUT_OF_MEMORY: return CUBLAS_ALLOC_FAILED;
        default: return CUBLAS_NOT_INITIALIZED;
    }
}

EXPORTED int cublasDestroy_v2(CublasHandle* handle) {
    return about(handle, [&] {
        Handles::all().destroy(handle);
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetVersion_v2(CublasHandle*, int* version) {
    if (version == nullptr) {
        return CUBLAS_INVALID_VALUE;
    }
    *version = VERSION;
    return CUBLAS_SUCCESS;
}

EXPORTED int cublasGetProperty(int part, int* value) {
    if (value == nullptr || part < 0 || part > 2) {
        return CUBLAS_INVALID_VALUE;
    }
    const int parts[] = {VERSION / 10000, VERSION / 100 % 100, VERSION % 100};
    *value = parts[part];
    return CUBLAS_SUCCESS;
}

static const char* name_of(int status) {
    switch (status) {
        case CUBLAS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case CUBLAS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case CUBLAS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
        case CUBLAS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case CUBLAS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case CUBLAS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
        default: return "<unknown>";
    }
}

EXPORTED const char* cublasGetStatusName(int status) {
    return name_of(status);
}

EXPORTED const char* cublasGetStatusString(int status) {
    return name_of(status);
}

EXPORTED int cublasSetStream_v2(CublasHandle* handle, void* stream) {
    return about(handle, [&] {
        handle->stream = stream;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetStream_v2(CublasHandle* handle, void** stream) {
    return about(handle, [&] {
        *stream = handle->stream;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasSetMathMode(CublasHandle* handle, int mode) {
    return about(handle, [&] {
        const int kind = mode & 15;
        if (kind != DEFAULT_MATH && kind != TENSOR_OP_MATH && kind != PEDANTIC_MATH && kind != TF32_MATH) {
            return CUBLAS_INVALID_VALUE;
        }
        handle->math = kind;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetMathMode(CublasHandle* handle, int* mode) {
    return about(handle, [&] {
        *mode = handle->math;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasSetPointerMode_v2(CublasHandle* handle, int mode) {
    return about(handle, [&] {
        if (mode != POINTERS_ON_HOST && mode != POINTERS_ON_DEVICE) {
            return CUBLAS_INVALID_VALUE;
        }
        handle->pointer_mode = mode;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetPointerMode_v2(CublasHandle* handle, int* mode) {
    return about(handle, [&] {
        *mode = handle->pointer_mode;
        return CUBLAS_SUCCESS;
    });
}

// Checked, and not needed.
EXPORTED int cublasSetWorkspace_v2(CublasHandle* handle, void* memory, size_t bytes) {
    return about(handle, [&] {
        const bool usable = memory == nullptr || (reinterpret_cast<uintptr_t>(memory) % 256 == 0 &&
                                                  simulated_points_to_device(memory, bytes) != 0);
        return usable ? CUBLAS_SUCCESS : CUBLAS_INVALID_VALUE;
    });
}
