// Calls that fail because a test says so, and counts.
#include "device_test.h"

namespace simulated {

class SimulatedFailures : public DeviceTest {};

TEST_F(SimulatedFailures, HappenOnceAndAtTheNthCall) {
    fail_nth(Call::ALLOCATION, 2);
    const DeviceAddress first = allocate(4);
    EXPECT_EQ(limit(FAIL + static_cast<int>(Call::ALLOCATION)), 1u) << "the next one";
    DeviceAddress second = 0;
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &second, size_t{4}), OUT_OF_MEMORY);
    EXPECT_EQ(second, 0u);
    second = allocate(4);
    EXPECT_EQ(calls(Call::ALLOCATION), 3u);
    release(first);
    release(second);
}

TEST_F(SimulatedFailures, HaveTheirOwnErrors) {
    const DeviceAddress memory = allocate(4);
    void* const work = stream();
    EXPECT_EQ(fill(memory, 1, 1.0f, work), SUCCESS);
    void* handle = nullptr;
    fail_nth(Call::PINNED_ALLOCATION, 1);
    EXPECT_EQ(cuda()("cuMemHostAlloc", &handle, size_t{4}, 0u), OUT_OF_MEMORY);
    fail_nth(Call::COPY, 1);
    EXPECT_EQ(cuda()("cuMemsetD32Async", memory, 0u, size_t{1}, work), UNKNOWN);
    fail_nth(Call::LAUNCH, 1);
    EXPECT_EQ(fill(memory, 1, 2.0f, work), LAUNCH_OUT_OF_RESOURCES);
    EXPECT_EQ(download(memory, 1)[0], 1.0f) << "what failed was not done";
    fail_nth(Call::MODULE_LOAD, 1);
    const std::string ptx = read_ptx("vector");
    EXPECT_EQ(cuda()("cuModuleLoadData", &handle, static_cast<const void*>(ptx.c_str())), NO_BINARY_FOR_GPU);
    fail_nth(Call::STREAM_CREATION, 1);
    EXPECT_EQ(cuda()("cuStreamCreate", &handle, 1u), OUT_OF_MEMORY);
    fail_nth(Call::EVENT_CREATION, 1);
    EXPECT_EQ(cuda()("cuEventCreate", &handle, 0u), OUT_OF_MEMORY);
    fail_nth(Call::GRAPH_INSTANTIATION, 1);
    EXPECT_EQ(cuda()("cuGraphInstantiateWithFlags", &handle, work, 0ull), OUT_OF_MEMORY);
    fail_nth(Call::SYNCHRONISATION, 1);
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), LAUNCH_FAILED);
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), SUCCESS) << "not sticky";
    release(memory);
}

TEST_F(SimulatedFailures, HaveNamesAndTexts) {
    const char* text = nullptr;
    for (const int status : {ILLEGAL_ADDRESS, MISALIGNED_ADDRESS, STREAM_CAPTURE_WRONG_THREAD}) {
        EXPECT_EQ(cuda()("cuGetErrorString", status, &text), SUCCESS);
        EXPECT_NE(text, nullptr);
    }
    EXPECT_EQ(cuda()("cuGetErrorName", int{MISALIGNED_ADDRESS}, &text), SUCCESS);
    EXPECT_STREQ(text, "CUDA_ERROR_MISALIGNED_ADDRESS");
    EXPECT_EQ(cuda()("cuGetErrorName", 12345, &text), INVALID_VALUE);
    EXPECT_EQ(text, nullptr);
}

TEST_F(SimulatedFailures, AreTakenBack) {
    fail_nth(Call::ALLOCATION, 1);
    fail_nth(Call::COPY, 1);
    set(Setting::CLEAR_FAILURES, 1);
    release(upload({1}));
}

TEST_F(SimulatedFailures, NeedNoContextAndNoOtherCall) {
    EXPECT_EQ(cuda()("cuCtxSetCurrent", static_cast<void*>(nullptr)), SUCCESS);
    fail_nth(Call::ALLOCATION, 1);
    EXPECT_EQ(limit(FAIL + static_cast<int>(Call::ALLOCATION)), 1u);
    size_t value = 0;
    EXPECT_EQ(cuda()("cuCtxGetLimit", &value, 0x51DFF), UNSUPPORTED_LIMIT);
    EXPECT_EQ(cuda()("cuCtxSetLimit", 0x51DFF, size_t{1}), UNSUPPORTED_LIMIT);
    EXPECT_EQ(cuda()("cuCtxGetLimit", &value, 0), INVALID_CONTEXT) << "the driver's own limits need one";
}

TEST_F(SimulatedFailures, OfFunctionsThatAreNotSimulatedAreNotSupported) {
    EXPECT_EQ(cuda()("cuArrayDestroy"), NOT_SUPPORTED);
    EXPECT_EQ(cublas()("cublasDgemm_v2"), 15);
    EXPECT_EQ(curand()("curandGenerateUniformDouble"), 999);
}

}  // namespace simulated
