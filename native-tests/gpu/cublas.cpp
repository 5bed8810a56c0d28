#include "cublas.h"

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>

namespace {

constexpr const char* NAMES[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"};
constexpr int DEFAULT_MATH = 0;
// Numbers of cudaDataType, cublasComputeType_t and cublasGemmAlgo_t.
constexpr int FLOATS = 0;
constexpr int BF16 = 14;
constexpr int FP32_SUMS = 68;
constexpr int TF32_PRODUCTS = 77;
constexpr int ANY_ALGORITHM = -1;

// cublasOperation_t
int operation(bool transpose) {
    return transpose ? 1 : 0;
}

void check(const char* call, int status) {
    if (status != 0) {
        throw std::runtime_error(std::string(call) + " failed: status " + std::to_string(status));
    }
}

}  // namespace

Cublas::Cublas(const std::vector<std::string>& folders, Arithmetic arithmetic) {
    // Even where the environment asks for TF32, or forbids it.
    if (arithmetic == Arithmetic::FP32_ALONE) {
        setenv("NVIDIA_TF32_OVERRIDE", "0", 1);
    } else {
        unsetenv("NVIDIA_TF32_OVERRIDE");
    }
    std::string tried;
    std::vector<std::string> candidates(std::begin(NAMES), std::end(NAMES));
    for (const std::string& folder : folders) {
        for (const char* name : NAMES) {
            candidates.push_back(folder + "/" + name);
        }
    }
    for (const std::string& candidate : candidates) {
        opened_ = dlopen(candidate.c_str(), RTLD_NOW | RTLD_GLOBAL);
        if (opened_ != nullptr) {
            library_ = candidate;
            break;
        }
        tried += std::string("\n  ") + dlerror();
    }
    if (opened_ == nullptr) {
        throw std::runtime_error("cuBLAS cannot be opened; name its folder with --libraries; tried:" + tried);
    }
    check("cublasCreate", reinterpret_cast<int (*)(Handle*)>(find("cublasCreate_v2"))(&handle_));
    check(
        "cublasSetMathMode", reinterpret_cast<int (*)(Handle, int)>(find("cublasSetMathMode"))(handle_, DEFAULT_MATH));
}

void* Cublas::find(const char* name) const {
    void* const symbol = dlsym(opened_, name);
    if (symbol == nullptr) {
        throw std::runtime_error(library_ + " has no " + name);
    }
    return symbol;
}

int Cublas::version() const {
    int value = 0;
    check("cublasGetVersion", reinterpret_cast<int (*)(Handle, int*)>(find("cublasGetVersion_v2"))(handle_, &value));
    return value;
}

void Cublas::use(cuda::Stream stream, void* workspace, size_t bytes) {
    using SetStream = int (*)(Handle, cuda::Stream);
    check("cublasSetStream", reinterpret_cast<SetStream>(find("cublasSetStream_v2"))(handle_, stream));
    if (workspace != nullptr) {
        using SetWorkspace = int (*)(Handle, void*, size_t);
        check(
            "cublasSetWorkspace",
            reinterpret_cast<SetWorkspace>(find("cublasSetWorkspace_v2"))(handle_, workspace, bytes));
    }
}

void Cublas::multiply(const MatrixProduct& p, const float* a, const float* b, float* c) {
    using Sgemm = int (*)(
        Handle, int, int, int, int, int, const float*, const float*, int, const float*, int, const float*, float*, int);
    static const auto sgemm = reinterpret_cast<Sgemm>(find("cublasSgemm_v2"));
    const float one = 1.0f;
    const float zero = 0.0f;
    // A row-major matrix is its transpose to cuBLAS: c^T = b^T a^T.
    check(
        "cublasSgemm",
        sgemm(
            handle_, operation(p.transpose_b), operation(p.transpose_a), p.columns, p.rows, p.depth, &one, b,
            p.transpose_b ? p.depth : p.columns, a, p.transpose_a ? p.rows : p.depth, &zero, c, p.columns));
}

void Cublas::multiply_on_tensor_cores(const MatrixProduct& p, bool bf16, const void* a, const void* b, float* c) {
    using Gemm = int (*)(
        Handle, int, int, int, int, int, const void*, const void*, int, int, const void*, int, int, const void*, void*,
        int, int, int, int);
    static const auto gemm = reinterpret_cast<Gemm>(find("cublasGemmEx"));
    const float one = 1.0f;
    const float zero = 0.0f;
    const int type = bf16 ? BF16 : FLOATS;
    check(
        "cublasGemmEx",
        gemm(
            handle_, operation(p.transpose_b), operation(p.transpose_a), p.columns, p.rows, p.depth, &one, b, type,
            p.transpose_b ? p.depth : p.columns, a, type, p.transpose_a ? p.rows : p.depth, &zero, c, FLOATS, p.columns,
            bf16 ? FP32_SUMS : TF32_PRODUCTS, ANY_ALGORITHM));
}
