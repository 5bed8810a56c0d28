// cuBLAS, opened at run time: products of row-major matrices, by FP32 arithmetic alone or on the tensor cores.
#pragma once

#include <string>
#include <vector>

#include "cuda_driver.h"

// c[rows, columns] = a b; a is stored [rows, depth], or transposed [depth, rows]; b likewise.
struct MatrixProduct {
    bool transpose_a;
    bool transpose_b;
    int rows;
    int columns;
    int depth;
};

class Cublas {
  public:
    enum class Arithmetic { FP32_ALONE, ANY };

    // Looks on the loader's path first, then in `folders`. Fails, naming what was tried. FP32_ALONE keeps the process
    // from TF32 whatever the environment says.
    explicit Cublas(const std::vector<std::string>& folders, Arithmetic arithmetic = Arithmetic::FP32_ALONE);

    const std::string& library() const {
        return library_;
    }

    // As in 130100 for 13.1.
    int version() const;

    // Where products go from now on, with memory of their own for what cuBLAS splits; at first, and with nullptr, to
    // the default stream. In a capture cuBLAS would otherwise allocate by nodes of the graph.
    void use(cuda::Stream stream, void* workspace = nullptr, size_t bytes = 0);

    void multiply(const MatrixProduct& product, const float* a, const float* b, float* c);

    // The same on the tensor cores: of floats in TF32, or of bf16, row-major; c is floats.
    void multiply_on_tensor_cores(const MatrixProduct& product, bool bf16, const void* a, const void* b, float* c);

  private:
    using Handle = struct cublasContext*;

    void* find(const char* name) const;

    std::string library_;
    void* opened_ = nullptr;
    Handle handle_ = nullptr;
};
