// Capture and replay.
#include <thread>

#include "device_test.h"

namespace simulated {

class SimulatedGraphs : public DeviceTest {
  protected:
    static constexpr int GLOBAL = 0;
    static constexpr int THREAD_LOCAL = 1;
    static constexpr int RELAXED = 2;

    // A module cannot be loaded during a capture.
    void SetUp() override {
        DeviceTest::SetUp();
        const DeviceAddress memory = allocate(4);
        EXPECT_EQ(fill(memory, 1, 0.0f, nullptr), SUCCESS);
        release(memory);
    }

    static int begin(void* stream, int mode) {
        return cuda()("cuStreamBeginCapture_v2", stream, mode);
    }

    static int end(void* stream, void** graph) {
        return cuda()("cuStreamEndCapture", stream, graph);
    }

    // Captures nothing good: the capture must be spoilt.
    static void expect_spoilt(void* stream) {
        int state = 0;
        EXPECT_EQ(cuda()("cuStreamIsCapturing", stream, &state), SUCCESS);
        EXPECT_EQ(state, 2);
        void* graph = stream;
        EXPECT_EQ(end(stream, &graph), STREAM_CAPTURE_INVALIDATED);
        EXPECT_EQ(graph, nullptr);
        EXPECT_EQ(cuda()("cuStreamSynchronize", stream), SUCCESS) << "the stream is usable again";
    }
};

TEST_F(SimulatedGraphs, ReplayWhatWasCaptured) {
    for (const size_t asynchronous : {0u, 1u}) {
        set(Setting::ASYNCHRONOUS, asynchronous);
        const DeviceAddress memory = upload({1, 1});
        void* const work = stream();
        ASSERT_EQ(begin(work, THREAD_LOCAL), SUCCESS);
        {
            float value = 5.0f;  // gone when the graph runs
            EXPECT_EQ(fill(memory, 1, value, work), SUCCESS);
        }
        EXPECT_EQ(cuda()("cuMemcpyDtoDAsync_v2", memory + 4, memory, size_t{4}, work), SUCCESS);
        void* graph = nullptr;
        ASSERT_EQ(end(work, &graph), SUCCESS);
        size_t nodes = 0;
        EXPECT_EQ(cuda()("cuGraphGetNodes", graph, static_cast<void**>(nullptr), &nodes), SUCCESS);
        EXPECT_EQ(nodes, 2u);
        EXPECT_EQ(download(memory, 2), (std::vector<float>{1, 1})) << "capturing runs nothing";
        void* exec = nullptr;
        ASSERT_EQ(cuda()("cuGraphInstantiateWithFlags", &exec, graph, 0ull), SUCCESS);
        EXPECT_EQ(cuda()("cuGraphDestroy", graph), SUCCESS);
        for (int replay = 0; replay < 2; ++replay) {
            EXPECT_EQ(cuda()("cuMemsetD32_v2", memory, 0u, size_t{2}), SUCCESS);
            EXPECT_EQ(cuda()("cuCtxSynchronize"), SUCCESS);
            EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), SUCCESS);
            EXPECT_EQ(cuda()("cuStreamSynchronize", work), SUCCESS);
            EXPECT_EQ(download(memory, 2), (std::vector<float>{5, 5}));
        }
        EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), SUCCESS);
        EXPECT_EQ(cuda()("cuGraphExecDestroy", exec), SUCCESS) << "what was launched still runs";
        EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), INVALID_VALUE);
        release(memory);
    }
}

TEST_F(SimulatedGraphs, FaultWhenTheirMemoryIsGone) {
    const DeviceAddress memory = allocate(4);
    void* const work = stream();
    ASSERT_EQ(begin(work, THREAD_LOCAL), SUCCESS);
    EXPECT_EQ(fill(memory, 1, 5.0f, work), SUCCESS);
    void* graph = nullptr;
    ASSERT_EQ(end(work, &graph), SUCCESS);
    void* exec = nullptr;
    ASSERT_EQ(cuda()("cuGraphInstantiateWithFlags", &exec, graph, 0ull), SUCCESS);
    release(memory);
    EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), ILLEGAL_ADDRESS);
    reset();
}

TEST_F(SimulatedGraphs, RefuseToWaitWhileCapturing) {
    void* const work = stream();
    ASSERT_EQ(begin(work, THREAD_LOCAL), SUCCESS);
    EXPECT_EQ(begin(work, THREAD_LOCAL), ILLEGAL_STATE);
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuCtxSynchronize"), STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamQuery", work), STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
}

TEST_F(SimulatedGraphs, AllowAllocationsOnlyInRelaxedCaptures) {
    void* const work = stream();
    DeviceAddress memory = 0;
    ASSERT_EQ(begin(work, THREAD_LOCAL), SUCCESS);
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &memory, size_t{4}), STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &memory, size_t{4}), SUCCESS);
    void* graph = nullptr;
    EXPECT_EQ(end(work, &graph), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphDestroy", graph), SUCCESS);
    release(memory);
}

TEST_F(SimulatedGraphs, SpoilOtherThreadsOnlyWhenGlobal) {
    void* context = nullptr;
    ASSERT_EQ(cuda()("cuCtxGetCurrent", &context), SUCCESS);
    const auto allocate_elsewhere = [&] {
        int status = -1;
        std::thread([&] {
            EXPECT_EQ(cuda()("cuCtxSetCurrent", context), SUCCESS);
            DeviceAddress memory = 0;
            status = cuda()("cuMemAlloc_v2", &memory, size_t{4});
            if (status == SUCCESS) {
                EXPECT_EQ(cuda()("cuMemFree_v2", memory), SUCCESS);
            }
        }).join();
        return status;
    };
    void* const work = stream();
    ASSERT_EQ(begin(work, GLOBAL), SUCCESS);
    EXPECT_EQ(allocate_elsewhere(), STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
    ASSERT_EQ(begin(work, THREAD_LOCAL), SUCCESS);
    EXPECT_EQ(allocate_elsewhere(), SUCCESS);
    void* graph = nullptr;
    int elsewhere = -1;
    std::thread([&] {
        EXPECT_EQ(cuda()("cuCtxSetCurrent", context), SUCCESS);
        elsewhere = end(work, &graph);
    }).join();
    EXPECT_EQ(elsewhere, STREAM_CAPTURE_WRONG_THREAD);
    EXPECT_EQ(end(work, &graph), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphDestroy", graph), SUCCESS);
}

TEST_F(SimulatedGraphs, RefuseOtherStreamsAndTheNullStream) {
    void* const work = stream();
    void* const other = stream();
    void* event = nullptr;
    ASSERT_EQ(cuda()("cuEventCreate", &event, 0u), SUCCESS);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuEventRecord", event, work), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamWaitEvent", work, event, 0u), SUCCESS) << "its own event";
    EXPECT_EQ(cuda()("cuStreamWaitEvent", other, event, 0u), STREAM_CAPTURE_ISOLATION);
    expect_spoilt(work);
    EXPECT_EQ(cuda()("cuEventRecord", event, other), SUCCESS);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuStreamWaitEvent", work, event, 0u), STREAM_CAPTURE_ISOLATION);
    expect_spoilt(work);
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuEventRecord", event, work), SUCCESS);
    EXPECT_EQ(cuda()("cuEventSynchronize", event), CAPTURED_EVENT);
    expect_spoilt(work);
    EXPECT_EQ(begin(nullptr, RELAXED), STREAM_CAPTURE_UNSUPPORTED);
    void* blocking = nullptr;
    ASSERT_EQ(cuda()("cuStreamCreate", &blocking, 0u), SUCCESS);
    const DeviceAddress memory = allocate(4);
    ASSERT_EQ(begin(blocking, RELAXED), SUCCESS);
    EXPECT_EQ(cuda()("cuMemsetD32_v2", memory, 0u, size_t{1}), STREAM_CAPTURE_IMPLICIT);
    expect_spoilt(blocking);
    EXPECT_EQ(cuda()("cuStreamDestroy_v2", blocking), SUCCESS);
    EXPECT_EQ(cuda()("cuEventDestroy_v2", event), SUCCESS);
    release(memory);
}

TEST_F(SimulatedGraphs, RefuseToCopyPageableMemory) {
    void* const work = stream();
    const DeviceAddress memory = allocate(4);
    const float value = 1;
    ASSERT_EQ(begin(work, RELAXED), SUCCESS);
    EXPECT_EQ(
        cuda()("cuMemcpyHtoDAsync_v2", memory, static_cast<const void*>(&value), size_t{4}, work),
        STREAM_CAPTURE_UNSUPPORTED);
    expect_spoilt(work);
    release(memory);
}

}  // namespace simulated
