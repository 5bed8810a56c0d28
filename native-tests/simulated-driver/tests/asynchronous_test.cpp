// Work that waits until somebody waits.
#include <thread>

#include "device_test.h"

namespace simulated {

class SimulatedStreams : public DeviceTest {
  protected:
    void SetUp() override {
        DeviceTest::SetUp();
        set(Setting::ASYNCHRONOUS, 1);
    }

    int to_host(float* host, DeviceAddress memory, size_t count, void* stream) {
        return cuda()("cuMemcpyDtoHAsync_v2", static_cast<void*>(host), memory, count * sizeof(float), stream);
    }

    int to_device(DeviceAddress memory, const float* host, size_t count, void* stream) {
        return cuda()("cuMemcpyHtoDAsync_v2", memory, static_cast<const void*>(host), count * sizeof(float), stream);
    }

    void* event() {
        void* event = nullptr;
        EXPECT_EQ(cuda()("cuEventCreate", &event, 0u), SUCCESS);
        return event;
    }
};

TEST_F(SimulatedStreams, ShowAMissingWait) {
    const DeviceAddress memory = upload({1, 2});
    float* const host = pinned(2);
    host[0] = -1;
    void* const work = stream();
    EXPECT_EQ(fill(memory, 2, 5.0f, work), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 2, work), SUCCESS);
    EXPECT_EQ(host[0], -1.0f) << "no thread waited";
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), SUCCESS);
    EXPECT_EQ(host[0], 5.0f);
    release(memory);
}

TEST_F(SimulatedStreams, ReadPinnedSourcesLateAndPageableOnesAtOnce) {
    const DeviceAddress from_pinned = allocate(4);
    const DeviceAddress from_pageable = allocate(4);
    float* const host = pinned(1);
    float pageable = 1;
    host[0] = 1;
    void* const work = stream();
    EXPECT_EQ(to_device(from_pinned, host, 1, work), SUCCESS);
    EXPECT_EQ(to_device(from_pageable, &pageable, 1, work), SUCCESS);
    host[0] = 2;
    pageable = 2;
    EXPECT_EQ(cuda()("cuCtxSynchronize"), SUCCESS);
    EXPECT_EQ(download(from_pinned, 1)[0], 2.0f) << "overwritten before the copy";
    EXPECT_EQ(download(from_pageable, 1)[0], 1.0f);
    release(from_pinned);
    release(from_pageable);
}

TEST_F(SimulatedStreams, FollowEventsOfOthers) {
    const DeviceAddress memory = upload({1});
    float* const host = pinned(1);
    void* const first = stream();
    void* const second = stream();
    void* const done = event();
    EXPECT_EQ(fill(memory, 1, 7.0f, first), SUCCESS);
    EXPECT_EQ(cuda()("cuEventRecord", done, first), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 1, second), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", second), SUCCESS);
    EXPECT_EQ(host[0], 1.0f) << "the wait for the event is missing";
    EXPECT_EQ(cuda()("cuStreamWaitEvent", second, done, 0u), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 1, second), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", second), SUCCESS);
    EXPECT_EQ(host[0], 7.0f);
    EXPECT_EQ(cuda()("cuEventDestroy_v2", done), SUCCESS);
    release(memory);
}

TEST_F(SimulatedStreams, AreDoneWhenAskedOftenEnough) {
    const DeviceAddress memory = upload({1});
    void* const work = stream();
    void* const done = event();
    EXPECT_EQ(cuda()("cuEventQuery", done), SUCCESS) << "never recorded";
    EXPECT_EQ(fill(memory, 1, 7.0f, work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventRecord", done, work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventQuery", done), NOT_READY);
    EXPECT_EQ(cuda()("cuStreamQuery", work), NOT_READY);
    EXPECT_EQ(cuda()("cuEventQuery", done), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamQuery", work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventDestroy_v2", done), SUCCESS);
    release(memory);
}

TEST_F(SimulatedStreams, MeasureTimeBetweenEvents) {
    void* const work = stream();
    void* const start = event();
    void* const end = event();
    float milliseconds = -1;
    EXPECT_EQ(cuda()("cuEventElapsedTime", &milliseconds, start, end), INVALID_HANDLE) << "not recorded";
    EXPECT_EQ(cuda()("cuEventRecord", start, work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventRecord", end, work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventElapsedTime", &milliseconds, start, end), NOT_READY);
    EXPECT_EQ(cuda()("cuEventSynchronize", end), SUCCESS);
    EXPECT_EQ(cuda()("cuEventElapsedTime", &milliseconds, start, end), SUCCESS);
    EXPECT_GE(milliseconds, 0.0f);
    EXPECT_EQ(cuda()("cuEventDestroy_v2", start), SUCCESS);
    EXPECT_EQ(cuda()("cuEventDestroy_v2", end), SUCCESS);
}

TEST_F(SimulatedStreams, WaitForTheNullStreamIfTheyBlock) {
    const DeviceAddress memory = upload({1});
    float* const host = pinned(1);
    void* blocking = nullptr;
    ASSERT_EQ(cuda()("cuStreamCreate", &blocking, 0u), SUCCESS);
    EXPECT_EQ(fill(memory, 1, 3.0f, nullptr), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 1, stream()), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 1, blocking), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", blocking), SUCCESS);
    EXPECT_EQ(host[0], 3.0f);
    EXPECT_EQ(fill(memory, 1, 4.0f, blocking), SUCCESS);
    EXPECT_EQ(download(memory, 1)[0], 4.0f) << "the null stream waits for blocking ones";
    EXPECT_EQ(cuda()("cuStreamDestroy_v2", blocking), SUCCESS);
    release(memory);
}

TEST_F(SimulatedStreams, DoNotWaitForTheNullStreamIfTheyDoNotBlock) {
    const DeviceAddress memory = upload({1});
    float* const host = pinned(1);
    void* const apart = stream();
    EXPECT_EQ(fill(memory, 1, 3.0f, nullptr), SUCCESS);
    EXPECT_EQ(to_host(host, memory, 1, apart), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", apart), SUCCESS);
    EXPECT_EQ(host[0], 1.0f);
    release(memory);
}

TEST_F(SimulatedStreams, TellOfAFaultWhenItHappens) {
    const DeviceAddress memory = allocate(4);
    void* const work = stream();
    EXPECT_EQ(fill(memory, 100000, 1.0f, work), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), ILLEGAL_ADDRESS);
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), ILLEGAL_ADDRESS);
    reset();
}

TEST_F(SimulatedStreams, NeedAContextInEveryThread) {
    int without = -1;
    std::thread([&] { without = cuda()("cuCtxSynchronize"); }).join();
    EXPECT_EQ(without, INVALID_CONTEXT);
}

TEST_F(SimulatedStreams, AreRefusedWhenDestroyed) {
    void* gone = nullptr;
    ASSERT_EQ(cuda()("cuStreamCreate", &gone, 1u), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamDestroy_v2", gone), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamDestroy_v2", gone), INVALID_HANDLE);
    EXPECT_EQ(cuda()("cuStreamSynchronize", gone), INVALID_HANDLE);
}

}  // namespace simulated
