// cuBLAS, opened at run time: single-precision products of row-major matrices, by FP32 arithmetic alone.
#pragma once

#include <string>
#include <vector>

class Cublas {
  public:
    // Looks on the loader's path first, then in `folders`. Fails, naming what was tried.
    explicit Cublas(const std::vector<std::string>& folders);

    const std::string& library() const {
        return library_;
    }

    // As in 130100 for 13.1.
    int version() const;

    // c[rows, columns] = a b; a is stored [rows, depth], or transposed [depth, rows]; b likewise.
    void multiply(
        bool transpose_a, bool transpose_b, int rows, int columns, int depth, const float* a, const float* b, float* c);

  private:
    using Handle = struct cublasContext*;

    void* find(const char* name) const;

    std::string library_;
    void* opened_ = nullptr;
    Handle handle_ = nullptr;
};
