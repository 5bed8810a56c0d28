// That the emulation refuses what CUDA leaves undefined, and says where it happened.
#include <gtest/gtest.h>

#include "checks.h"
#include "device.h"

using device::Array;

TEST(EmulationErrors, RefusesBadCopies) {
    const Array<float> in(numbers(64));
    const auto copy = [&](int to_offset, int from_offset) {
        device::launch("copy_misaligned", {{}, 1, 64}, in.pointer(), to_offset, from_offset);
    };
    copy(16, 4);
    expect_error([&] { copy(8, 4); }, "destination must be aligned to its 16 bytes");
    expect_error([&] { copy(16, 1); }, "source must be aligned to its 16 bytes");
    expect_error([&] { copy(64, 4); }, "byte 64 of dynamic shared memory, which has 64 bytes");
    const Array<float> to(1);
    expect_error(
        [&] {
            device::launch("copy_to", {{}, 1}, to.pointer(), in.pointer());
        },
        "outside the block's shared memory: byte 0 of an array, which has 4 bytes");
    const Array<float> unaligned(numbers(64), 1);
    expect_error(
        [&] {
            device::launch("copy_misaligned", {{}, 1, 64}, unaligned.pointer(), 0, 0);
        },
        "source must be aligned");
}

TEST(EmulationErrors, RefusesDivergentBarriers) {
    device::launch("barrier_for_some", {{}, 64}, 64);
    device::launch("barrier_for_some", {{}, 64}, 0);
    expect_error(
        [] {
            device::launch("barrier_for_some", {{2, 3, 4}, 64}, 63);
        },
        "thread 0: divergent barrier: thread 0 waits in __syncthreads, but thread 63 has ended");
}

// Each set bit of the lower and of the upper half keeps a one, of two rows 8 apart; so does the same word of the next
// lane.
TEST(EmulationErrors, RefusesMetadataThatNamesNoTwoRowsInOrder) {
    const Array<float> out(128);
    const auto multiply = [&](uint32_t metadata) {
        device::launch("sparse_product_by", {{}, 32}, metadata, out.pointer());
        return out.download();
    };
    const std::vector<float> sums = multiply(0x88888888u | 0x00150001u);
    for (size_t n = 0; n < sums.size(); ++n) {
        EXPECT_EQ(sums[n], n % 4 < 2 ? 2 : 6) << n;
    }
    expect_error([&] { multiply(0x88888880u); }, "must name two rows of four in their order: 0, 0");
    expect_error([&] { multiply(0x8888888Au); }, "must name two rows of four in their order: 2, 2");
    expect_error([&] { multiply(0x28888888u); }, "must name two rows of four in their order: 2, 0");
}

TEST(EmulationErrors, RefusesDivergentWarps) {
    const Array<int> out(64);
    device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 64);
    device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 32);
    expect_error(
        [&] {
            device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 31);
        },
        "divergent warp: thread 0 waits in __shfl_sync for lanes 0xffffffff, but thread 31 waits in "
        "__syncthreads");
    expect_error(
        [&] {
            device::launch("shuffle_with_mask", {{}, 32}, out.pointer(), 0x0000FFFFu, 3);
        },
        "leaves out the calling lane");
    expect_error(
        [&] {
            device::launch("shuffle_with_mask", {{}, 16}, out.pointer(), 0xFFFFFFFFu, 16);
        },
        "__shfl_sync reads lane 16, which its mask leaves out or its block lacks");
}

TEST(EmulationErrors, RefusesAccessOutsideSharedMemory) {
    const auto write = [](const char* kernel, int64_t index) { device::launch(kernel, {{}, 32, 132}, index); };
    write("write_shared", 32);
    write("write_shared_array", 32);
    expect_error(
        [&] { write("write_shared", 36); },
        "kernel write_shared, block (0, 0, 0), thread 5: access out of bounds: byte 144 of dynamic shared "
        "memory, which has 132 bytes");
    expect_error_or_report(
        [&] { write("write_shared", 33); }, "behind dynamic shared memory, which has 132 bytes",
        "use-after-poison.*In kernel write");
    expect_error_or_report(
        [&] { write("write_shared", -1); }, "in front of dynamic shared memory", "use-after-poison.*In kernel write");
    expect_error([&] { write("write_shared_array", 36); }, "byte 144 of shared array values, which has 132 bytes");
    expect_error_or_report(
        [&] { write("write_shared_array", 33); }, "behind shared array values", "use-after-poison.*In kernel write");
    const Array<float> out(32);
    expect_error(
        [&] {
            device::launch("read_shared", {{}, 32}, out.pointer(), int64_t{0});
        },
        "byte 0 of dynamic shared memory, which has 0 bytes");
}

TEST(EmulationErrors, RefusesAccessOutsideArrays) {
    const auto write = [](int64_t size, size_t offset, int64_t index) {
        const Array<float> to(size, offset);
        device::launch("write_global", {{3}, 32}, to.pointer(), index);
    };
    write(5, 0, 4);
    write(5, 3, 4);
    expect_error(
        [&] { write(5, 0, 8); },
        "kernel write_global, block (1, 0, 0), thread 3: access out of bounds: byte 32 of an array, which has "
        "20 bytes");
    expect_error([&] { write(5, 3, 5); }, "byte 20 of an array");
    expect_error([&] { write(5, 0, int64_t{1} << 40); }, "in no memory of the device");
    expect_error_or_report(
        [&] { write(5, 0, 5); }, "a write behind an array, which has 20 bytes: byte 20 changed",
        "use-after-poison.*In kernel write");
    expect_error_or_report(
        [&] { write(5, 0, -1); }, "a write in front of an array, which has 20 bytes: byte -4 ",
        "use-after-poison.*In kernel write");
}

TEST(EmulationErrors, RefusesMisalignedVectors) {
    if (!emulation::sanitizer::ACTIVE) {
        GTEST_SKIP() << "Only UndefinedBehaviorSanitizer sees misaligned loads; the sanitized suite runs this test.";
    }
    const auto read = [](size_t offset) {
        const Array<float> in(numbers(4), offset);
        const Array<float> out(1);
        device::launch("read_vector", {{}, 1}, in.pointer(), out.pointer());
        return out.download();
    };
    EXPECT_EQ(read(0), std::vector<float>{4});
    EXPECT_DEATH(read(1), "misaligned address");
}

TEST(EmulationErrors, RefusesTraps) {
    const Array<int> out(1);
    device::launch("divide", {{}, 1}, out.pointer(), 7, 2);
    EXPECT_EQ(out.download(), std::vector<int>{3});
    expect_error_or_report(
        [&] {
            device::launch("divide", {{}, 1}, out.pointer(), 7, 0);
        },
        "integer division by 0 or overflow", "division by zero");
    const Array<int> levels(std::vector<int>{1, 0});
    expect_error([&] { device::launch("recurse", {{}, 1}, levels.pointer()); }, "thread 0: stack overflow");
}

TEST(EmulationErrors, GoesOnAfterAFailure) {
    for (int repeat = 0; repeat < 3; ++repeat) {
        expect_error([] { device::launch("write_shared", {{}, 32, 64}, int64_t{1} << 40); }, "access out of bounds");
        expect_error([] { device::launch("barrier_for_some", {{}, 64}, 5); }, "divergent barrier");
        const Array<int> out(32);
        device::launch("shuffle_for_some", {{}, 32}, out.pointer(), 32);
        EXPECT_EQ(out.download(), std::vector<int>(32, 0));
    }
}

TEST(EmulationErrors, ChecksArguments) {
    const Array<float> pointer(std::vector<float>{0.5f});
    const Array<double> out(1);
    const auto launch = [&](auto... arguments) {
        device::launch("take_all_kinds", {{}, 1}, arguments..., out.pointer());
        return out.download()[0];
    };
    EXPECT_EQ(launch(pointer.pointer(), 1.0f, 2.0, 3, int64_t{4}, true), 11.5);
    EXPECT_EQ(launch(nullptr, 1.0f, 2.0, 3, int64_t{4}, true), 1011);
    expect_error([&] { launch(pointer.pointer(), 1.0f, 2.0, 3, int64_t{4}); }, "7 parameters, the launch 6 arguments");
    expect_error([&] { launch(out.pointer(), 1.0f, 2.0, 3, int64_t{4}, true); }, "parameter 0 is a pointer to type f");
    expect_error(
        [&] { launch(pointer.pointer(), 1.0, 2.0, 3, int64_t{4}, true); },
        "parameter 1 is a floating-point number of 4 bytes, the argument a floating-point number of 8 bytes");
    expect_error(
        [&] { launch(pointer.pointer(), 1.0f, 2.0, 3.0f, int64_t{4}, true); }, "parameter 3 is an integer of 4");
    expect_error([&] { launch(pointer.pointer(), 1.0f, 2.0, 3, 4, true); }, "parameter 4 is an integer of 8 bytes");
    expect_error([&] { launch(int64_t{0}, 1.0f, 2.0, 3, int64_t{4}, true); }, "parameter 0 is a pointer");
    expect_error([] { device::launch("no_such_kernel", {{}, 1}); }, "there is no kernel no_such_kernel");
}

TEST(EmulationErrors, ChecksTheLaunch) {
    const auto launch = [](device::Launch launch) { device::launch("barrier_for_some", launch, 0); };
    expect_error([&] { launch({{}, 129}); }, "a block must have 1 to 128 threads: 129");
    expect_error([&] { launch({{}, 0}); }, "a block must have 1 to 128 threads: 0");
    expect_error([&] { launch({{0}, 32}); }, "a grid must have");
    expect_error([&] { launch({{1, 65536}, 32}); }, "a grid must have");
    expect_error([&] { launch({{}, 32, 227 * 1024 + 1}); }, "at most 232448 bytes");
}
