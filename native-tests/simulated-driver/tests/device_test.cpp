#include "device_test.h"

#include "ptx_kernels.h"

namespace simulated {

std::string read_ptx(const std::string& name) {
    return read_text(std::string(PERNODEDROP_PTX_DIR) + "/" + name + ".ptx");
}

void DeviceTest::SetUp() {
    ASSERT_EQ(cuda()("cuInit", 0u), SUCCESS);
    void* context = nullptr;
    ASSERT_EQ(cuda()("cuDevicePrimaryCtxRetain", &context, 0), SUCCESS);
    ASSERT_EQ(cuda()("cuCtxSetCurrent", context), SUCCESS);
    set(Setting::CLEAR_FAILURES, 1);
    set(Setting::RESET_CALLS, 1);
}

void DeviceTest::TearDown() {
    set(Setting::CLEAR_FAILURES, 1);
    set(Setting::ASYNCHRONOUS, 0);
    set(Setting::MEMORY_BYTES, size_t{1} << 30);
    for (void* const stream : streams_) {
        EXPECT_EQ(cuda()("cuStreamDestroy_v2", stream), SUCCESS);
    }
    for (void* const module : modules_) {
        EXPECT_EQ(cuda()("cuModuleUnload", module), SUCCESS);
    }
    for (void* const memory : pinned_) {
        EXPECT_EQ(cuda()("cuMemFreeHost", memory), SUCCESS);
    }
    const size_t abandoned = get(Setting::ABANDONED);
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRelease_v2", 0), SUCCESS);
    EXPECT_EQ(get(Setting::ABANDONED), abandoned) << "the test leaks";
    for (int i = 0; i < static_cast<int>(Resource::COUNT); ++i) {
        EXPECT_EQ(live(static_cast<Resource>(i)), 0u) << "resource " << i;
    }
}

DeviceAddress DeviceTest::allocate(size_t bytes) {
    DeviceAddress memory = 0;
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &memory, bytes), SUCCESS);
    return memory;
}

DeviceAddress DeviceTest::upload(const std::vector<float>& values) {
    const size_t bytes = values.size() * sizeof(float);
    const DeviceAddress memory = allocate(bytes);
    EXPECT_EQ(cuda()("cuMemcpyHtoD_v2", memory, static_cast<const void*>(values.data()), bytes), SUCCESS);
    return memory;
}

std::vector<float> DeviceTest::download(DeviceAddress memory, size_t count) {
    std::vector<float> values(count);
    EXPECT_EQ(cuda()("cuMemcpyDtoH_v2", static_cast<void*>(values.data()), memory, count * sizeof(float)), SUCCESS);
    return values;
}

void DeviceTest::release(DeviceAddress memory) {
    EXPECT_EQ(cuda()("cuMemFree_v2", memory), SUCCESS);
}

void* DeviceTest::stream() {
    void* stream = nullptr;
    EXPECT_EQ(cuda()("cuStreamCreate", &stream, 1u), SUCCESS);
    streams_.push_back(stream);
    return stream;
}

void* DeviceTest::kernel(const std::string& ptx, const std::string& name) {
    void* module = nullptr;
    EXPECT_EQ(cuda()("cuModuleLoadData", &module, static_cast<const void*>(read_ptx(ptx).c_str())), SUCCESS);
    modules_.push_back(module);
    void* function = nullptr;
    EXPECT_EQ(cuda()("cuModuleGetFunction", &function, module, name.c_str()), SUCCESS);
    return function;
}

int DeviceTest::fill(DeviceAddress x, int64_t n, float value, void* stream) {
    if (fill_ == nullptr) {
        fill_ = kernel("vector", "fill");
    }
    void* arguments[] = {&n, &value, &x};
    return cuda()(
        "cuLaunchKernel", fill_, 2u, 1u, 1u, 128u, 1u, 1u, 0u, stream, static_cast<void**>(arguments),
        static_cast<void**>(nullptr));
}

float* DeviceTest::pinned(size_t count) {
    void* memory = nullptr;
    EXPECT_EQ(cuda()("cuMemHostAlloc", &memory, count * sizeof(float), 0u), SUCCESS);
    pinned_.push_back(memory);
    return static_cast<float*>(memory);
}

void DeviceTest::reset() {
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxReset_v2", 0), SUCCESS);
    streams_.clear();
    modules_.clear();
    pinned_.clear();
    fill_ = nullptr;
}

}  // namespace simulated
