// Tests of the simulated libraries by their C symbols, as a binding calls them.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "../limits.h"
#include "../status.h"

namespace simulated {

class Library {
  public:
    explicit Library(const std::string& file)
        : handle_(dlopen((std::string(SIMULATED_DRIVER) + "/" + file).c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) {
            throw std::runtime_error(dlerror());
        }
    }

    // Arguments must have exactly the types of the C function.
    template <class... A>
    int operator()(const char* function, A... arguments) const {
        void* const found = dlsym(handle_, function);
        if (found == nullptr) {
            throw std::runtime_error(std::string("no ") + function);
        }
        return reinterpret_cast<int (*)(A...)>(found)(arguments...);
    }

  private:
    void* handle_;
};

inline const Library& cuda() {
    static const Library library("libcuda.so.1");
    return library;
}

inline const Library& cublas() {
    static const Library library("libcublas.so.12");
    return library;
}

inline const Library& curand() {
    static const Library library("libcurand.so.10");
    return library;
}

inline void set_limit(int limit, size_t value) {
    ASSERT_EQ(cuda()("cuCtxSetLimit", limit, value), SUCCESS);
}

inline size_t limit(int limit) {
    size_t value = 0;
    EXPECT_EQ(cuda()("cuCtxGetLimit", &value, limit), SUCCESS);
    return value;
}

inline void fail_nth(Call call, size_t n) {
    set_limit(FAIL + static_cast<int>(call), n);
}

inline size_t calls(Call call) {
    return limit(CALLS + static_cast<int>(call));
}

inline size_t live(Resource resource) {
    return limit(LIVE + static_cast<int>(resource));
}

inline void set(Setting setting, size_t value) {
    set_limit(static_cast<int>(setting), value);
}

inline size_t get(Setting setting) {
    return limit(static_cast<int>(setting));
}

std::string read_ptx(const std::string& name);

// Retains the primary context, and expects that nothing is left at the end.
class DeviceTest : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    // Device memory with these values; freed by release().
    DeviceAddress upload(const std::vector<float>& values);
    DeviceAddress allocate(size_t bytes);
    std::vector<float> download(DeviceAddress memory, size_t count);
    void release(DeviceAddress memory);

    // A non-blocking stream, destroyed at the end.
    void* stream();

    // A kernel of the library's PTX; its module is unloaded at the end.
    void* kernel(const std::string& ptx, const std::string& name);

    // vector.cu's kernel: x[k] = value for k < n.
    int fill(DeviceAddress x, int64_t n, float value, void* stream);

    // Page-locked, freed at the end.
    float* pinned(size_t count);

    // Takes the error of a kernel away, and all resources with it.
    void reset();

  private:
    std::vector<void*> streams_;
    std::vector<void*> modules_;
    std::vector<void*> pinned_;
    void* fill_ = nullptr;
};

}  // namespace simulated
