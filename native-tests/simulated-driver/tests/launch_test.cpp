// Modules and launches: what is refused.
#include "device_test.h"
#include "ptx_kernels.h"

namespace simulated {

class SimulatedModules : public DeviceTest {
  protected:
    static int load(const std::string& ptx) {
        void* module = nullptr;
        const int status = cuda()("cuModuleLoadData", &module, static_cast<const void*>(ptx.c_str()));
        if (status == SUCCESS) {
            EXPECT_EQ(cuda()("cuModuleUnload", module), SUCCESS);
        }
        return status;
    }

    static std::string replaced(std::string text, const std::string& what, const std::string& by) {
        const size_t at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return text.replace(at, what.size(), by);
    }
};

TEST_F(SimulatedModules, AreAllTheLibrarysPtx) {
    for (const std::string& file : ptx_files(PERNODEDROP_PTX_DIR)) {
        EXPECT_EQ(load(read_text(file)), SUCCESS) << file;
    }
}

TEST_F(SimulatedModules, AreRefusedWhenTheyAreNotOurs) {
    const std::string ptx = read_ptx("vector");
    EXPECT_EQ(
        load("\x7f"
             "ELF"),
        NO_BINARY_FOR_GPU);
    EXPECT_EQ(load("no PTX"), INVALID_PTX);
    EXPECT_EQ(load(replaced(ptx, ".version 7.8", ".version 8.5")), SUCCESS);
    EXPECT_EQ(load(replaced(ptx, ".version 7.8", ".version 8.6")), UNSUPPORTED_PTX_VERSION);
    EXPECT_EQ(load(replaced(ptx, ".target sm_80", ".target sm_90")), SUCCESS);
    EXPECT_EQ(load(replaced(ptx, ".target sm_80", ".target sm_100")), NO_BINARY_FOR_GPU);
    EXPECT_EQ(load(replaced(ptx, ".entry fill(", ".entry unknown(")), INVALID_PTX);
    EXPECT_EQ(load(replaced(ptx, ".param .f32 fill_param_1", ".param .u32 fill_param_1")), INVALID_PTX);
    EXPECT_EQ(load(replaced(ptx, ".param .f32 fill_param_1", ".param .f64 fill_param_1")), INVALID_PTX);
    EXPECT_EQ(load(replaced(ptx, ".param .f32 fill_param_1,", "")), INVALID_PTX);
}

TEST_F(SimulatedModules, SayWhatIsWrong) {
    char log[200] = "";
    int options[] = {5, 6};
    void* values[] = {log, reinterpret_cast<void*>(sizeof log)};
    void* module = nullptr;
    EXPECT_EQ(
        cuda()(
            "cuModuleLoadDataEx", &module, static_cast<const void*>("no PTX"), 2u, static_cast<int*>(options),
            static_cast<void**>(values)),
        INVALID_PTX);
    EXPECT_NE(std::string(log).find("not PTX"), std::string::npos) << log;
}

class SimulatedLaunches : public DeviceTest {
  protected:
    void SetUp() override {
        DeviceTest::SetUp();
        fill_ = kernel("vector", "fill");
        memory_ = allocate(16);
    }

    void TearDown() override {
        release(memory_);
        DeviceTest::TearDown();
    }

    int launch(unsigned grid, unsigned block, unsigned shared, DeviceAddress target) {
        int64_t count = 4;
        float value = 1;
        void* arguments[] = {&count, &value, &target};
        return cuda()(
            "cuLaunchKernel", fill_, grid, 1u, 1u, block, 1u, 1u, shared, static_cast<void*>(nullptr),
            static_cast<void**>(arguments), static_cast<void**>(nullptr));
    }

    void* fill_ = nullptr;
    DeviceAddress memory_ = 0;
};

TEST_F(SimulatedLaunches, HaveGridsAndBlocksThatFit) {
    int most = 0;
    EXPECT_EQ(cuda()("cuFuncGetAttribute", &most, 0, fill_), SUCCESS);
    EXPECT_EQ(most, 256);
    EXPECT_EQ(launch(1, 256, 0, memory_), SUCCESS);
    EXPECT_EQ(launch(1, 257, 0, memory_), INVALID_VALUE);
    EXPECT_EQ(launch(1, 0, 0, memory_), INVALID_VALUE);
    EXPECT_EQ(launch(0, 1, 0, memory_), INVALID_VALUE);
}

TEST_F(SimulatedLaunches, HaveSharedMemoryThatWasAskedFor) {
    constexpr int MAX_DYNAMIC_SHARED = 8;
    EXPECT_EQ(launch(1, 32, 48 * 1024, memory_), SUCCESS);
    EXPECT_EQ(launch(1, 32, 48 * 1024 + 1, memory_), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuFuncSetAttribute", fill_, MAX_DYNAMIC_SHARED, 227 * 1024 + 1), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuFuncSetAttribute", fill_, MAX_DYNAMIC_SHARED, 227 * 1024), SUCCESS);
    EXPECT_EQ(launch(1, 32, 227 * 1024, memory_), SUCCESS);
}

TEST_F(SimulatedLaunches, HavePointersIntoLiveDeviceMemory) {
    EXPECT_EQ(launch(1, 32, 0, memory_ + 12), ILLEGAL_ADDRESS) << "its last value only";
    reset();
    memory_ = allocate(16);
    fill_ = kernel("vector", "fill");
    EXPECT_EQ(launch(1, 32, 0, reinterpret_cast<DeviceAddress>(pinned(4))), INVALID_VALUE);
    std::vector<float> host(4);
    EXPECT_EQ(launch(1, 32, 0, reinterpret_cast<DeviceAddress>(host.data())), INVALID_VALUE);
    const DeviceAddress freed = allocate(16);
    release(freed);
    EXPECT_EQ(launch(1, 32, 0, freed), INVALID_VALUE);
}

TEST_F(SimulatedLaunches, NeedAKernel) {
    void* const handle = fill_;
    fill_ = &memory_;
    EXPECT_EQ(launch(1, 32, 0, memory_), INVALID_HANDLE);
    fill_ = handle;
    EXPECT_EQ(
        cuda()(
            "cuLaunchKernel", fill_, 1u, 1u, 1u, 32u, 1u, 1u, 0u, static_cast<void*>(nullptr),
            static_cast<void**>(nullptr), static_cast<void**>(nullptr)),
        INVALID_VALUE)
        << "without arguments";
}

}  // namespace simulated
