// libcublas.so.12 on the simulated device: products in single precision, in stream order. All other names are stubs.
#include <cstdio>
#include <mutex>
#include <unordered_set>

#include "gemm.h"
#include "library_link.h"

using namespace simulated;

namespace {

// Numbers of cublas_api.h and library_types.h.
enum {
    CUBLAS_SUCCESS = 0,
    CUBLAS_NOT_INITIALIZED = 1,
    CUBLAS_ALLOC_FAILED = 3,
    CUBLAS_INVALID_VALUE = 7,
    CUBLAS_EXECUTION_FAILED = 13,
    CUBLAS_NOT_SUPPORTED = 15,
};
enum { POINTERS_ON_HOST = 0, POINTERS_ON_DEVICE = 1 };
enum { DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, PEDANTIC_MATH = 2, TF32_MATH = 3 };
enum { NOT_TRANSPOSED = 0, CONJUGATED = 2 };
enum { FLOAT_32 = 0 };
enum { COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_32F_FAST_TF32 = 77 };

constexpr int VERSION = SIMULATED_CUBLAS_VERSION;

struct Handle {
    void* stream = nullptr;
    int math = DEFAULT_MATH;
    int pointer_mode = POINTERS_ON_HOST;
};

std::mutex lock;

std::unordered_set<const void*>& handles() {
    static auto* const live = new std::unordered_set<const void*>;
    return *live;
}

bool exists(const Handle* handle) {
    const std::lock_guard<std::mutex> guard(lock);
    return handles().count(handle) != 0;
}

// A product whose factors may still lie on the device.
struct Product {
    Gemm gemm;
    const float* device_alpha;  // nullptr: the product has its factors
    const float* device_beta;
};

int run(void* arguments) {
    Product& product = *static_cast<Product*>(arguments);
    Gemm& gemm = product.gemm;
    if (product.device_alpha != nullptr) {
        gemm.alpha = *product.device_alpha;
        gemm.beta = *product.device_beta;
    }
    const auto check = [](const float* values, int64_t leading, int64_t rows, int64_t columns, int64_t stride,
                          int64_t batch) {
        const int64_t count = (batch - 1) * stride + (columns - 1) * leading + rows;
        return columns == 0 || rows == 0 ||
               simulated_is_device_memory(values, static_cast<size_t>(count) * sizeof(float)) != 0;
    };
    const bool a_transposed = gemm.a.transposed;
    const bool b_transposed = gemm.b.transposed;
    const bool inside = check(
                            gemm.a.values, gemm.a.leading, a_transposed ? gemm.k : gemm.m,
                            a_transposed ? gemm.m : gemm.k, gemm.a.stride, gemm.batch) &&
                        check(
                            gemm.b.values, gemm.b.leading, b_transposed ? gemm.n : gemm.k,
                            b_transposed ? gemm.k : gemm.n, gemm.b.stride, gemm.batch) &&
                        check(gemm.c, gemm.c_leading, gemm.m, gemm.n, gemm.c_stride, gemm.batch);
    if (!inside) {
        simulated_explain("a matrix product", "an operand does not lie in live device memory");
        return ILLEGAL_ADDRESS;
    }
    multiply(gemm);
    return SUCCESS;
}

// Elements from the first to behind the last of a batch of matrices.
bool on_device(
    const char* name, const float* values, int64_t rows, int64_t columns, int64_t leading, int64_t stride,
    int64_t batch) {
    if (rows == 0 || columns == 0) {
        return true;
    }
    const int64_t count = (batch - 1) * stride + (columns - 1) * leading + rows;
    if (simulated_points_to_device(values, static_cast<size_t>(count) * sizeof(float)) != 0) {
        return true;
    }
    char cause[160];
    std::snprintf(
        cause, sizeof cause, "a matrix of %lld by %lld with leading dimension %lld does not lie in device memory",
        static_cast<long long>(rows), static_cast<long long>(columns), static_cast<long long>(leading));
    simulated_explain(name, cause);
    return false;
}

// As cuBLAS gets them.
struct Arguments {
    const char* name;
    int a_operation, b_operation;
    int m, n, k;
    const float* alpha;
    const float* a;
    int a_leading;
    int64_t a_stride;
    const float* b;
    int b_leading;
    int64_t b_stride;
    const float* beta;
    float* c;
    int c_leading;
    int64_t c_stride;
    int batch;
    bool tf32;
};

bool valid(const Arguments& in) {
    const int a_rows = in.a_operation == NOT_TRANSPOSED ? in.m : in.k;
    const int b_rows = in.b_operation == NOT_TRANSPOSED ? in.k : in.n;
    const auto operation = [](int value) { return value >= NOT_TRANSPOSED && value <= CONJUGATED; };
    return operation(in.a_operation) && operation(in.b_operation) && in.m >= 0 && in.n >= 0 && in.k >= 0 &&
           in.batch >= 0 && in.a_leading >= std::max(1, a_rows) && in.b_leading >= std::max(1, b_rows) &&
           in.c_leading >= std::max(1, in.m) && in.alpha != nullptr && in.beta != nullptr;
}

int multiply(const Handle* handle, const Arguments& in) {
    if (!exists(handle)) {
        return CUBLAS_NOT_INITIALIZED;
    }
    if (!valid(in)) {
        return CUBLAS_INVALID_VALUE;
    }
    if (in.m == 0 || in.n == 0 || in.batch == 0) {
        return CUBLAS_SUCCESS;
    }
    const bool a_transposed = in.a_operation != NOT_TRANSPOSED;
    const bool b_transposed = in.b_operation != NOT_TRANSPOSED;
    const bool factors_on_device = handle->pointer_mode == POINTERS_ON_DEVICE;
    const bool inside = on_device(
                            in.name, in.a, a_transposed ? in.k : in.m, a_transposed ? in.m : in.k, in.a_leading,
                            in.a_stride, in.batch) &&
                        on_device(
                            in.name, in.b, b_transposed ? in.n : in.k, b_transposed ? in.k : in.n, in.b_leading,
                            in.b_stride, in.batch) &&
                        on_device(in.name, in.c, in.m, in.n, in.c_leading, in.c_stride, in.batch) &&
                        (!factors_on_device ||
                         (on_device(in.name, in.alpha, 1, 1, 1, 0, 1) && on_device(in.name, in.beta, 1, 1, 1, 0, 1)));
    if (!inside) {
        return CUBLAS_EXECUTION_FAILED;
    }
    Product product{};
    product.gemm.m = in.m;
    product.gemm.n = in.n;
    product.gemm.k = in.k;
    product.gemm.alpha = factors_on_device ? 0.0f : *in.alpha;
    product.gemm.beta = factors_on_device ? 0.0f : *in.beta;
    product.gemm.a = {in.a, in.a_leading, a_transposed, in.a_stride};
    product.gemm.b = {in.b, in.b_leading, b_transposed, in.b_stride};
    product.gemm.c = in.c;
    product.gemm.c_leading = in.c_leading;
    product.gemm.c_stride = in.c_stride;
    product.gemm.batch = in.batch;
    product.gemm.tf32 = in.tf32;
    product.device_alpha = factors_on_device ? in.alpha : nullptr;
    product.device_beta = factors_on_device ? in.beta : nullptr;
    const int status = simulated_submit(handle->stream, run, &product, sizeof product);
    return status == SUCCESS ? CUBLAS_SUCCESS : CUBLAS_EXECUTION_FAILED;
}

// The frame of calls that set or ask for something.
template <class F>
int about(Handle* handle, F body) {
    return exists(handle) ? body() : CUBLAS_NOT_INITIALIZED;
}

}  // namespace

EXPORTED int cublasCreate_v2(Handle** handle) {
    if (handle == nullptr) {
        return CUBLAS_INVALID_VALUE;
    }
    if (const int status = simulated_create_handle(Resource::CUBLAS_HANDLES); status != SUCCESS) {
        return status == OUT_OF_MEMORY ? CUBLAS_ALLOC_FAILED : CUBLAS_NOT_INITIALIZED;
    }
    *handle = new Handle;
    const std::lock_guard<std::mutex> guard(lock);
    handles().insert(*handle);
    return CUBLAS_SUCCESS;
}

EXPORTED int cublasDestroy_v2(Handle* handle) {
    return about(handle, [&] {
        {
            const std::lock_guard<std::mutex> guard(lock);
            handles().erase(handle);
        }
        delete handle;
        simulated_destroy_handle(Resource::CUBLAS_HANDLES);
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetVersion_v2(Handle*, int* version) {
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

EXPORTED int cublasSetStream_v2(Handle* handle, void* stream) {
    return about(handle, [&] {
        handle->stream = stream;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetStream_v2(Handle* handle, void** stream) {
    return about(handle, [&] {
        *stream = handle->stream;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasSetMathMode(Handle* handle, int mode) {
    return about(handle, [&] {
        const int kind = mode & 15;
        if (kind != DEFAULT_MATH && kind != TENSOR_OP_MATH && kind != PEDANTIC_MATH && kind != TF32_MATH) {
            return CUBLAS_INVALID_VALUE;
        }
        handle->math = kind;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetMathMode(Handle* handle, int* mode) {
    return about(handle, [&] {
        *mode = handle->math;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasSetPointerMode_v2(Handle* handle, int mode) {
    return about(handle, [&] {
        if (mode != POINTERS_ON_HOST && mode != POINTERS_ON_DEVICE) {
            return CUBLAS_INVALID_VALUE;
        }
        handle->pointer_mode = mode;
        return CUBLAS_SUCCESS;
    });
}

EXPORTED int cublasGetPointerMode_v2(Handle* handle, int* mode) {
    return about(handle, [&] {
        *mode = handle->pointer_mode;
        return CUBLAS_SUCCESS;
    });
}

// Checked, and not needed.
EXPORTED int cublasSetWorkspace_v2(Handle* handle, void* memory, size_t bytes) {
    return about(handle, [&] {
        const bool usable = memory == nullptr || (reinterpret_cast<uintptr_t>(memory) % 256 == 0 &&
                                                  simulated_points_to_device(memory, bytes) != 0);
        return usable ? CUBLAS_SUCCESS : CUBLAS_INVALID_VALUE;
    });
}

EXPORTED int cublasSgemm_v2(
    Handle* handle, int a_operation, int b_operation, int m, int n, int k, const float* alpha, const float* a,
    int a_leading, const float* b, int b_leading, const float* beta, float* c, int c_leading) {
    const bool tf32 = exists(handle) && handle->math == TF32_MATH;
    return multiply(
        handle, {"cublasSgemm", a_operation, b_operation, m, n, k, alpha, a, a_leading, 0, b, b_leading, 0, beta, c,
                 c_leading, 0, 1, tf32});
}

EXPORTED int cublasSgemmStridedBatched(
    Handle* handle, int a_operation, int b_operation, int m, int n, int k, const float* alpha, const float* a,
    int a_leading, long long a_stride, const float* b, int b_leading, long long b_stride, const float* beta, float* c,
    int c_leading, long long c_stride, int batch) {
    const bool tf32 = exists(handle) && handle->math == TF32_MATH;
    return multiply(
        handle, {"cublasSgemmStridedBatched", a_operation, b_operation, m, n, k, alpha, a, a_leading, a_stride, b,
                 b_leading, b_stride, beta, c, c_leading, c_stride, batch, tf32});
}

// Whether a product of that compute type rounds its operands; false in `supported`: it is not simulated.
static bool rounds_operands(const Handle* handle, int compute, bool& supported) {
    supported = compute == COMPUTE_32F || compute == COMPUTE_32F_PEDANTIC || compute == COMPUTE_32F_FAST_TF32;
    return compute == COMPUTE_32F_FAST_TF32 || (compute == COMPUTE_32F && handle->math == TF32_MATH);
}

EXPORTED int cublasGemmStridedBatchedEx(
    Handle* handle, int a_operation, int b_operation, int m, int n, int k, const void* alpha, const void* a, int a_type,
    int a_leading, long long a_stride, const void* b, int b_type, int b_leading, long long b_stride, const void* beta,
    void* c, int c_type, int c_leading, long long c_stride, int batch, int compute, int) {
    return about(handle, [&] {
        bool supported = false;
        const bool tf32 = rounds_operands(handle, compute, supported);
        if (!supported || a_type != FLOAT_32 || b_type != FLOAT_32 || c_type != FLOAT_32) {
            return static_cast<int>(CUBLAS_NOT_SUPPORTED);
        }
        return multiply(
            handle,
            {"cublasGemmEx", a_operation, b_operation, m, n, k, static_cast<const float*>(alpha),
             static_cast<const float*>(a), a_leading, a_stride, static_cast<const float*>(b), b_leading, b_stride,
             static_cast<const float*>(beta), static_cast<float*>(c), c_leading, c_stride, batch, tf32});
    });
}

EXPORTED int cublasGemmEx(
    Handle* handle, int a_operation, int b_operation, int m, int n, int k, const void* alpha, const void* a, int a_type,
    int a_leading, const void* b, int b_type, int b_leading, const void* beta, void* c, int c_type, int c_leading,
    int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(
        handle, a_operation, b_operation, m, n, k, alpha, a, a_type, a_leading, 0, b, b_type, b_leading, 0, beta, c,
        c_type, c_leading, 0, 1, compute, algorithm);
}
