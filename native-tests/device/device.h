// The device as tests see it: arrays in its memory, and kernels launched by name. Two programs implement it: a CPU that
// emulates CUDA (device_emulated.cpp), and a GPU (device_cuda.cpp). Every failure is a std::runtime_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "../emulation/kernel_parameter.h"

namespace device {

struct Grid {
    unsigned x = 1;
    unsigned y = 1;
    unsigned z = 1;
};

struct Launch {
    Grid grid;
    unsigned block;  // threads, in one dimension
    size_t shared_bytes = 0;
};

struct Argument {
    const void* value;
    ParameterType type;
};

// Memory filled with bytes 0xFF, aligned to 16 bytes plus `misalignment` in [0, 16), with watched surroundings: a write
// there makes the launch that did it, or the next synchronize(), fail.
void* allocate(size_t bytes, size_t misalignment);

void release(void* memory) noexcept;

void copy_to_device(void* to, const void* from, size_t bytes);

void copy_from_device(void* to, const void* from, size_t bytes);

// Checks the number of arguments and their types against the kernel's parameters.
void launch_kernel(const std::string& kernel, const Launch& launch, const std::vector<Argument>& arguments);

void synchronize();

int multiprocessors();

std::string name();

bool emulated();

// Values in device memory.
template <class T>
class Array {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    // Poisoned: NaN, or all bits set. `offset` values behind an address that is aligned to 16 bytes.
    explicit Array(int64_t size, size_t offset = 0)
        : size_(size), pointer_(static_cast<T*>(allocate(bytes(), offset * sizeof(T) % 16))) {}

    explicit Array(const std::vector<T>& values, size_t offset = 0)
        : Array(static_cast<int64_t>(values.size()), offset) {
        upload(values);
    }

    Array(Array&& other) noexcept : size_(other.size_), pointer_(other.pointer_) {
        other.pointer_ = nullptr;
    }

    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;

    ~Array() {
        if (pointer_ != nullptr) {
            release(pointer_);
        }
    }

    T* pointer() const {
        return pointer_;
    }

    int64_t size() const {
        return size_;
    }

    std::vector<T> download() const {
        std::vector<T> values(static_cast<size_t>(size_));
        copy_from_device(values.data(), pointer_, bytes());
        return values;
    }

    void upload(const std::vector<T>& values) {
        if (static_cast<int64_t>(values.size()) != size_) {
            throw std::runtime_error(
                "values must be as many as the array's " + std::to_string(size_) + ": " +
                std::to_string(values.size()));
        }
        copy_to_device(pointer_, values.data(), bytes());
    }

  private:
    size_t bytes() const {
        return static_cast<size_t>(size_) * sizeof(T);
    }

    int64_t size_;
    T* pointer_;
};

// Types must be the kernel's own: write uint32_t{3}, 0.5f, int64_t{n}. A null pointer stands for any pointer.
template <class... A>
void launch(const std::string& kernel, const Launch& launch, A... arguments) {
    launch_kernel(kernel, launch, {Argument{&arguments, parameter_type<A>()}...});
}

}  // namespace device
