// Matrix products of the simulated cuBLAS, in stream order.
#include <algorithm>
#include <string>

#include "cublas.h"
#include "gemm.h"

using namespace simulated;

namespace {

// A batch of matrices in memory.
struct Matrix {
    const float* values;
    int64_t rows, columns, leading, stride, batch;

    // From the first element to behind the last.
    size_t bytes() const {
        if (rows == 0 || columns == 0) {
            return 0;
        }
        return static_cast<size_t>((batch - 1) * stride + (columns - 1) * leading + rows) * sizeof(float);
    }
};

constexpr int OPERANDS = 5;

// A product whose factors may still lie on the device.
struct Product {
    Gemm gemm;
    bool factors_on_device;
    Matrix operands[OPERANDS];  // A, B, C, and factors on the device
};

int run(void* arguments) {
    Product& product = *static_cast<Product*>(arguments);
    for (const Matrix& operand : product.operands) {
        if (operand.bytes() > 0 && simulated_is_device_memory(operand.values, operand.bytes()) == 0) {
            simulated_explain("a matrix product", "an operand's memory was freed before it ran");
            return ILLEGAL_ADDRESS;
        }
    }
    if (product.factors_on_device) {
        product.gemm.alpha = *product.operands[3].values;
        product.gemm.beta = *product.operands[4].values;
    }
    multiply(product.gemm);
    return SUCCESS;
}

bool on_device(const char* name, const Matrix& matrix) {
    if (matrix.bytes() == 0 || simulated_points_to_device(matrix.values, matrix.bytes()) != 0) {
        return true;
    }
    const std::string cause = "a matrix of " + std::to_string(matrix.rows) + " by " + std::to_string(matrix.columns) +
                              " with leading dimension " + std::to_string(matrix.leading) +
                              " does not lie in device memory";
    simulated_explain(name, cause.c_str());
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
    Rounding rounding;
};

bool valid(const Arguments& in) {
    const int a_rows = in.a_operation == NOT_TRANSPOSED ? in.m : in.k;
    const int b_rows = in.b_operation == NOT_TRANSPOSED ? in.k : in.n;
    const auto operation = [](int value) { return value >= NOT_TRANSPOSED && value <= CONJUGATED; };
    return operation(in.a_operation) && operation(in.b_operation) && in.m >= 0 && in.n >= 0 && in.k >= 0 &&
           in.batch >= 0 && in.a_leading >= std::max(1, a_rows) && in.b_leading >= std::max(1, b_rows) &&
           in.c_leading >= std::max(1, in.m) && in.alpha != nullptr && in.beta != nullptr;
}

int multiply(const CublasHandle* handle, const Arguments& in) {
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
    Product product{};
    product.factors_on_device = factors_on_device;
    product.operands[0] = {in.a,    a_transposed ? in.k : in.m, a_transposed ? in.m : in.k, in.a_leading, in.a_stride,
                           in.batch};
    product.operands[1] = {in.b,    b_transposed ? in.n : in.k, b_transposed ? in.k : in.n, in.b_leading, in.b_stride,
                           in.batch};
    product.operands[2] = {in.c, in.m, in.n, in.c_leading, in.c_stride, in.batch};
    if (factors_on_device) {
        product.operands[3] = {in.alpha, 1, 1, 1, 0, 1};
        product.operands[4] = {in.beta, 1, 1, 1, 0, 1};
    }
    for (const Matrix& operand : product.operands) {
        if (!on_device(in.name, operand)) {
            return CUBLAS_EXECUTION_FAILED;
        }
    }
    Gemm& gemm = product.gemm;
    gemm.m = in.m;
    gemm.n = in.n;
    gemm.k = in.k;
    gemm.alpha = factors_on_device ? 0.0f : *in.alpha;
    gemm.beta = factors_on_device ? 0.0f : *in.beta;
    gemm.a = {in.a, in.a_leading, a_transposed, in.a_stride};
    gemm.b = {in.b, in.b_leading, b_transposed, in.b_stride};
    gemm.c = in.c;
    gemm.c_leading = in.c_leading;
    gemm.c_stride = in.c_stride;
    gemm.batch = in.batch;
    gemm.rounding = in.rounding;
    const int status = simulated_submit(handle->stream, run, &product, sizeof product);
    return status == SUCCESS ? CUBLAS_SUCCESS : CUBLAS_EXECUTION_FAILED;
}

Rounding rounding_of(int math) {
    return math == TF32_MATH ? Rounding::TF32 : Rounding::NONE;
}

}  // namespace

EXPORTED int cublasSgemm_v2(
    CublasHandle* handle, int a_operation, int b_operation, int m, int n, int k, const float* alpha, const float* a,
    int a_leading, const float* b, int b_leading, const float* beta, float* c, int c_leading) {
    const Rounding rounding = exists(handle) ? rounding_of(handle->math) : Rounding::NONE;
    return multiply(
        handle, {"cublasSgemm", a_operation, b_operation, m, n, k, alpha, a, a_leading, 0, b, b_leading, 0, beta, c,
                 c_leading, 0, 1, rounding});
}

EXPORTED int cublasSgemmStridedBatched(
    CublasHandle* handle, int a_operation, int b_operation, int m, int n, int k, const float* alpha, const float* a,
    int a_leading, long long a_stride, const float* b, int b_leading, long long b_stride, const float* beta, float* c,
    int c_leading, long long c_stride, int batch) {
    const Rounding rounding = exists(handle) ? rounding_of(handle->math) : Rounding::NONE;
    return multiply(
        handle, {"cublasSgemmStridedBatched", a_operation, b_operation, m, n, k, alpha, a, a_leading, a_stride, b,
                 b_leading, b_stride, beta, c, c_leading, c_stride, batch, rounding});
}

// What a product of that compute type rounds its operands to; false in `supported`: it is not simulated.
static Rounding rounding_of(const CublasHandle* handle, int compute, bool& supported) {
    supported = true;
    switch (compute) {
        case COMPUTE_32F: return rounding_of(handle->math);
        case COMPUTE_32F_PEDANTIC: return Rounding::NONE;
        case COMPUTE_32F_FAST_TF32: return Rounding::TF32;
        case COMPUTE_32F_FAST_16BF: return Rounding::BF16;
        default: supported = false; return Rounding::NONE;
    }
}

EXPORTED int cublasGemmStridedBatchedEx(
    CublasHandle* handle, int a_operation, int b_operation, int m, int n, int k, const void* alpha, const void* a,
    int a_type, int a_leading, long long a_stride, const void* b, int b_type, int b_leading, long long b_stride,
    const void* beta, void* c, int c_type, int c_leading, long long c_stride, int batch, int compute, int) {
    if (!exists(handle)) {
        return CUBLAS_NOT_INITIALIZED;
    }
    bool supported = false;
    const Rounding rounding = rounding_of(handle, compute, supported);
    if (!supported || a_type != FLOAT_32 || b_type != FLOAT_32 || c_type != FLOAT_32) {
        return CUBLAS_NOT_SUPPORTED;
    }
    return multiply(
        handle, {"cublasGemmEx", a_operation, b_operation, m, n, k, static_cast<const float*>(alpha),
                 static_cast<const float*>(a), a_leading, a_stride, static_cast<const float*>(b), b_leading, b_stride,
                 static_cast<const float*>(beta), static_cast<float*>(c), c_leading, c_stride, batch, rounding});
}

EXPORTED int cublasGemmEx(
    CublasHandle* handle, int a_operation, int b_operation, int m, int n, int k, const void* alpha, const void* a,
    int a_type, int a_leading, const void* b, int b_type, int b_leading, const void* beta, void* c, int c_type,
    int c_leading, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(
        handle, a_operation, b_operation, m, n, k, alpha, a, a_type, a_leading, 0, b, b_type, b_leading, 0, beta, c,
        c_type, c_leading, 0, 1, compute, algorithm);
}
