// What stands between the tests and the driver: arguments that are refused, writes past an array that are noticed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "cuda_kernels.h"
#include "device.h"
#include "probe.h"

namespace {

std::string memory() {
    const char* const chosen = std::getenv("PERNODEDROP_MEMORY");
    return chosen == nullptr ? "guarded" : chosen;
}

// Writes `count` floats at `to`.
void write(float* to, int64_t count) {
    const device::Array<uint32_t> words(std::vector<uint32_t>(static_cast<size_t>(count), 7u));
    device::launch("probe_uniform", probe_launch(count), words.pointer(), to, count);
}

template <class Work>
std::string failure_of(const Work& work) {
    try {
        work();
    } catch (const std::runtime_error& failure) {
        return failure.what();
    }
    return "";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST(DeviceCuda, NamesAKernelThatIsNotThere) {
    const std::string failure = failure_of([] { device::launch("no_such_kernel", {{1}, 32}); });
    EXPECT_TRUE(contains(failure, "no kernel no_such_kernel in") && contains(failure, "probes.ptx")) << failure;
}

TEST(DeviceCuda, RefusesTooFewArguments) {
    const std::string failure = failure_of([] { device::launch("probe_uniform", {{1}, 32}, int64_t{1}); });
    EXPECT_TRUE(contains(failure, "has 3 parameters, the launch 1 arguments")) << failure;
}

TEST(DeviceCuda, RefusesAnArgumentOfAnotherSize) {
    const device::Array<uint32_t> words(1);
    const device::Array<float> uniforms(1);
    const std::string failure = failure_of([&] {
        device::launch("probe_uniform", {{1}, 32}, words.pointer(), uniforms.pointer(), int32_t{1});
    });
    EXPECT_TRUE(contains(failure, "parameter 2 is an integer or pointer of 8 bytes")) << failure;
}

TEST(DeviceCuda, RefusesAFloatForAnInteger) {
    const device::Array<uint32_t> words(1);
    const device::Array<float> uniforms(1);
    const std::string failure = failure_of([&] {
        device::launch("probe_uniform", {{1}, 32}, words.pointer(), uniforms.pointer(), 1.0);
    });
    EXPECT_TRUE(contains(failure, "a floating-point number of 8 bytes")) << failure;
}

TEST(DeviceCuda, NamesTheLaunchThatTheDriverRefuses) {
    const device::Array<uint32_t> words(1);
    const device::Array<float> uniforms(1);
    const std::string failure = failure_of([&] {
        device::launch("probe_uniform", {{1}, 4096}, words.pointer(), uniforms.pointer(), int64_t{1});
    });
    EXPECT_TRUE(contains(failure, "cuLaunchKernel of probe_uniform <<<1 x 1 x 1 blocks, 4096 threads")) << failure;
}

TEST(DeviceCuda, NoticesAWriteBehindAnArray) {
    if (memory() != "guarded") {
        GTEST_SKIP() << "arrays have no guards with PERNODEDROP_MEMORY=" << memory();
    }
    const device::Array<float> array(5);
    write(array.pointer(), 5);
    device::synchronize();
    const std::string failure = failure_of([&] {
        write(array.pointer(), 6);
        device::synchronize();
    });
    EXPECT_TRUE(contains(failure, "memory behind an array of 20 bytes was written, first at byte 20")) << failure;
    device::synchronize();
}

TEST(DeviceCuda, NoticesAWriteBeforeAnArray) {
    if (memory() != "guarded") {
        GTEST_SKIP() << "arrays have no guards with PERNODEDROP_MEMORY=" << memory();
    }
    const device::Array<float> array(5, 1);
    const std::string failure = failure_of([&] {
        write(array.pointer() - 1, 5);
        device::synchronize();
    });
    EXPECT_TRUE(contains(failure, "memory before an array of 20 bytes was written, first at byte -4")) << failure;
}

TEST(DeviceCuda, PoisonsArrays) {
    if (memory() == "unfilled") {
        GTEST_SKIP() << "arrays are not poisoned with PERNODEDROP_MEMORY=unfilled";
    }
    for (const float value : device::Array<float>(100).download()) {
        EXPECT_TRUE(std::isnan(value));
    }
}

TEST(DeviceCuda, GivesArraysTheirOffset) {
    for (size_t offset = 0; offset < 4; ++offset) {
        const device::Array<float> array(3, offset);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(array.pointer()) % 16, offset * sizeof(float));
    }
}

TEST(DeviceCuda, CompilesEveryKernel) {
    for (const std::string& name : cuda::kernel_names()) {
        EXPECT_NE(cuda::kernel(name).function, nullptr) << name;
    }
}
