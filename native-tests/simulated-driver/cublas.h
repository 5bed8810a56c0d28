// What the parts of the simulated cuBLAS share: numbers of cublas_api.h and library_types.h, and handles.
#pragma once

#include "library_link.h"

namespace simulated {

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
enum { COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_32F_FAST_16BF = 75, COMPUTE_32F_FAST_TF32 = 77 };

struct CublasHandle {
    void* stream = nullptr;
    int math = DEFAULT_MATH;
    int pointer_mode = POINTERS_ON_HOST;
};

// Whether a caller's handle is one.
bool exists(const CublasHandle* handle);

}  // namespace simulated
