#include <thread>

#include "device_test.h"

namespace simulated {

class SimulatedContexts : public DeviceTest {
  protected:
    static void* current() {
        void* context = nullptr;
        EXPECT_EQ(cuda()("cuCtxGetCurrent", &context), SUCCESS);
        return context;
    }
};

TEST_F(SimulatedContexts, BelongToADeviceThatNamesItself) {
    char name[100] = "";
    EXPECT_EQ(cuda()("cuDeviceGetName", static_cast<char*>(name), 100, 0), SUCCESS);
    EXPECT_NE(std::string(name).find("simulated"), std::string::npos) << name;
    constexpr int MULTIPROCESSORS = 16;
    int count = 0;
    EXPECT_EQ(cuda()("cuDeviceGetAttribute", &count, MULTIPROCESSORS, 0), SUCCESS);
    EXPECT_EQ(count, 4);
    set(Setting::MULTIPROCESSORS, 132);
    EXPECT_EQ(cuda()("cuDeviceGetAttribute", &count, MULTIPROCESSORS, 0), SUCCESS);
    EXPECT_EQ(count, 132);
    set(Setting::MULTIPROCESSORS, 4);
    EXPECT_EQ(cuda()("cuDeviceGetAttribute", &count, MULTIPROCESSORS, 1), INVALID_DEVICE);
}

TEST_F(SimulatedContexts, LiveUntilReleasedAsOftenAsRetained) {
    void* again = nullptr;
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRetain", &again, 0), SUCCESS);
    EXPECT_EQ(again, current());
    EXPECT_EQ(live(Resource::CONTEXTS), 2u);
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRelease_v2", 0), SUCCESS);
    EXPECT_EQ(cuda()("cuCtxSynchronize"), SUCCESS);
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRelease_v2", 0), SUCCESS);
    EXPECT_EQ(cuda()("cuCtxSynchronize"), INVALID_CONTEXT);
    EXPECT_EQ(cuda()("cuCtxSetCurrent", again), INVALID_CONTEXT);
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRelease_v2", 0), INVALID_CONTEXT);
    EXPECT_EQ(cuda()("cuDevicePrimaryCtxRetain", &again, 0), SUCCESS) << "and it can be had anew";
}

TEST_F(SimulatedContexts, AreCurrentThreadByThread) {
    void* elsewhere = this;
    std::thread([&] { elsewhere = current(); }).join();
    EXPECT_EQ(elsewhere, nullptr);
    void* const context = current();
    EXPECT_EQ(cuda()("cuCtxPushCurrent_v2", context), SUCCESS);
    void* popped = nullptr;
    EXPECT_EQ(cuda()("cuCtxPopCurrent_v2", &popped), SUCCESS);
    EXPECT_EQ(popped, context);
    EXPECT_EQ(current(), context);
}

TEST_F(SimulatedContexts, DoNotShareTheirStreams) {
    void* const primary = current();
    void* const its_stream = stream();
    void* created = nullptr;
    ASSERT_EQ(cuda()("cuCtxCreate_v2", &created, 0u, 0), SUCCESS);
    EXPECT_EQ(current(), created);
    EXPECT_EQ(cuda()("cuStreamSynchronize", its_stream), INVALID_HANDLE);
    allocate(4);
    EXPECT_EQ(cuda()("cuCtxDestroy_v2", created), SUCCESS);
    EXPECT_EQ(get(Setting::ABANDONED), 1u);
    EXPECT_EQ(current(), primary);
    EXPECT_EQ(cuda()("cuStreamSynchronize", its_stream), SUCCESS);
}

}  // namespace simulated
