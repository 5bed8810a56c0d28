// That the emulation does what CUDA does, and refuses what CUDA leaves undefined.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "device.h"
#include "sanitizer.h"
#include "thread_order.h"

using device::Array;

// What the launch must say, after what it says first.
static void expect_error(const std::function<void()>& action, const std::string& expected) {
    try {
        action();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
        return;
    }
    FAIL() << "nothing said: " << expected;
}

// For faults that a sanitizer sees first, and ends the program for.
static void expect_error_or_report(const std::function<void()>& action, const std::string& expected,
                                   const std::string& report) {
    if (emulation::sanitizer::ACTIVE) {
        EXPECT_DEATH(action(), report);
    } else {
        expect_error(action, expected);
    }
}

static std::vector<float> numbers(int count) {
    std::vector<float> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), 1.0f);
    return values;
}

static int64_t count_of_nan(const std::vector<float>& values) {
    return std::count_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
}

// Sets the order of threads for one test.
class Order {
  public:
    explicit Order(emulation::ThreadOrder order) : before_(emulation::thread_order()) {
        emulation::set_thread_order(order);
    }

    ~Order() {
        emulation::set_thread_order(before_);
    }

  private:
    emulation::ThreadOrder before_;
};

TEST(Emulation, RunsBarriersAndCopies) {
    const Array<float> in(numbers(100));
    const Array<float> out(100);
    device::launch("rotate_right", {{}, 100, 400}, in.pointer(), out.pointer());
    std::vector<float> expected = numbers(100);
    std::rotate(expected.begin(), expected.begin() + 1, expected.end());
    EXPECT_EQ(out.download(), expected);
}

TEST(Emulation, ShowsAMissingBarrier) {
    const Array<float> in(numbers(100));
    const Array<float> out(100);
    device::launch("rotate_without_barrier", {{}, 100}, in.pointer(), out.pointer());
    EXPECT_GT(count_of_nan(out.download()), 0);
}

TEST(Emulation, ShowsAMissingBarrierBeforeValuesAreOverwritten) {
    const Array<float> in(numbers(128));
    const Array<float> out(128);
    device::launch("rotate_twice_without_second_barrier", {{}, 64}, in.pointer(), out.pointer());
    std::vector<float> expected = numbers(128);
    std::rotate(expected.begin(), expected.begin() + 1, expected.begin() + 64);
    std::rotate(expected.begin() + 64, expected.begin() + 65, expected.end());
    EXPECT_NE(out.download(), expected);
}

TEST(Emulation, ShowsAMissingWait) {
    const Array<float> in(numbers(64));
    const Array<float> out(64);
    device::launch("rotate_without_wait", {{}, 64}, in.pointer(), out.pointer());
    EXPECT_GT(count_of_nan(out.download()), 0);  // others find what their neighbour has waited for since
    device::launch("read_while_copied", {{}, 64}, in.pointer(), out.pointer());
    EXPECT_EQ(count_of_nan(out.download()), 64);
    expect_error([&] { device::launch("end_without_wait", {{}, 64}, in.pointer()); },
                 "ended before it waited for its 1 asynchronous copies");
}

TEST(Emulation, CopiesZerosWithoutReading) {
    const Array<float> in(numbers(40));
    const Array<float> out(64);
    device::launch("copy_zeros", {{}, 16}, in.pointer(), out.pointer(), 10);
    std::vector<float> expected = numbers(40);
    expected.resize(64, 0.0f);
    EXPECT_EQ(out.download(), expected);
}

TEST(Emulation, RefusesBadCopies) {
    const Array<float> in(numbers(64));
    const auto copy = [&](int to_offset, int from_offset) {
        device::launch("copy_misaligned", {{}, 1, 64}, in.pointer(), to_offset, from_offset);
    };
    copy(16, 4);
    expect_error([&] { copy(8, 4); }, "destination must be aligned to its 16 bytes");
    expect_error([&] { copy(16, 1); }, "source must be aligned to its 16 bytes");
    expect_error([&] { copy(64, 4); }, "byte 64 of dynamic shared memory, which has 64 bytes");
    const Array<float> to(1);
    expect_error([&] { device::launch("copy_to", {{}, 1}, to.pointer(), in.pointer()); },
                 "outside the block's shared memory: byte 0 of an array, which has 4 bytes");
    const Array<float> unaligned(numbers(64), 1);
    expect_error([&] { device::launch("copy_misaligned", {{}, 1, 64}, unaligned.pointer(), 0, 0); },
                 "source must be aligned");
}

TEST(Emulation, RefusesDivergentBarriers) {
    device::launch("barrier_for_some", {{}, 64}, 64);
    device::launch("barrier_for_some", {{}, 64}, 0);
    expect_error([] { device::launch("barrier_for_some", {{2, 3, 4}, 64}, 63); },
                 "thread 0: divergent barrier: thread 0 waits in __syncthreads, but thread 63 has ended");
}

TEST(Emulation, RefusesDivergentWarps) {
    const Array<int> out(64);
    device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 64);
    device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 32);
    expect_error([&] { device::launch("shuffle_for_some", {{}, 64}, out.pointer(), 31); },
                 "divergent warp: thread 0 waits in __shfl_sync for lanes 0xffffffff, but thread 31 waits in "
                 "__syncthreads");
    expect_error([&] { device::launch("shuffle_with_mask", {{}, 32}, out.pointer(), 0x0000FFFFu, 3); },
                 "leaves out the calling lane");
    expect_error([&] { device::launch("shuffle_with_mask", {{}, 16}, out.pointer(), 0xFFFFFFFFu, 16); },
                 "__shfl_sync reads lane 16, which its mask leaves out or its block lacks");
}

TEST(Emulation, RefusesAccessOutsideSharedMemory) {
    const auto write = [](const char* kernel, int64_t index) { device::launch(kernel, {{}, 32, 132}, index); };
    write("write_shared", 32);
    write("write_shared_array", 32);
    expect_error([&] { write("write_shared", 36); },
                 "kernel write_shared, block (0, 0, 0), thread 5: access out of bounds: byte 144 of dynamic shared "
                 "memory, which has 132 bytes");
    expect_error_or_report([&] { write("write_shared", 33); }, "behind dynamic shared memory, which has 132 bytes",
                           "use-after-poison.*In kernel write");
    expect_error_or_report([&] { write("write_shared", -1); }, "in front of dynamic shared memory",
                           "use-after-poison.*In kernel write");
    expect_error([&] { write("write_shared_array", 36); }, "byte 144 of shared array values, which has 132 bytes");
    expect_error_or_report([&] { write("write_shared_array", 33); }, "behind shared array values",
                           "use-after-poison.*In kernel write");
    const Array<float> out(32);
    expect_error([&] { device::launch("read_shared", {{}, 32}, out.pointer(), int64_t{0}); },
                 "byte 0 of dynamic shared memory, which has 0 bytes");
}

TEST(Emulation, RefusesAccessOutsideArrays) {
    const auto write = [](int64_t size, size_t offset, int64_t index) {
        const Array<float> to(size, offset);
        device::launch("write_global", {{3}, 32}, to.pointer(), index);
    };
    write(5, 0, 4);
    write(5, 3, 4);
    expect_error([&] { write(5, 0, 8); },
                 "kernel write_global, block (1, 0, 0), thread 3: access out of bounds: byte 32 of an array, which has "
                 "20 bytes");
    expect_error([&] { write(5, 3, 5); }, "byte 20 of an array");
    expect_error([&] { write(5, 0, int64_t{1} << 40); }, "in no memory of the device");
    expect_error_or_report([&] { write(5, 0, 5); }, "a write behind an array, which has 20 bytes: byte 20 changed",
                           "use-after-poison.*In kernel write");
    expect_error_or_report([&] { write(5, 0, -1); }, "a write in front of an array, which has 20 bytes: byte -4 ",
                           "use-after-poison.*In kernel write");
}

TEST(Emulation, RefusesTraps) {
    const Array<int> out(1);
    device::launch("divide", {{}, 1}, out.pointer(), 7, 2);
    EXPECT_EQ(out.download(), std::vector<int>{3});
    expect_error_or_report([&] { device::launch("divide", {{}, 1}, out.pointer(), 7, 0); },
                           "integer division by 0 or overflow", "division by zero");
    const Array<int> levels(std::vector<int>{1, 0});
    expect_error([&] { device::launch("recurse", {{}, 1}, levels.pointer()); }, "thread 0: stack overflow");
}

TEST(Emulation, GoesOnAfterAFailure) {
    for (int repeat = 0; repeat < 3; ++repeat) {
        expect_error([] { device::launch("write_shared", {{}, 32, 64}, int64_t{1} << 40); }, "access out of bounds");
        expect_error([] { device::launch("barrier_for_some", {{}, 64}, 5); }, "divergent barrier");
        const Array<int> out(32);
        device::launch("shuffle_for_some", {{}, 32}, out.pointer(), 32);
        EXPECT_EQ(out.download(), std::vector<int>(32, 0));
    }
}

TEST(Emulation, ChecksArguments) {
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
    expect_error([&] { launch(pointer.pointer(), 1.0, 2.0, 3, int64_t{4}, true); },
                 "parameter 1 is a floating-point number of 4 bytes, the argument a floating-point number of 8 bytes");
    expect_error([&] { launch(pointer.pointer(), 1.0f, 2.0, 3.0f, int64_t{4}, true); }, "parameter 3 is an integer of 4");
    expect_error([&] { launch(pointer.pointer(), 1.0f, 2.0, 3, 4, true); }, "parameter 4 is an integer of 8 bytes");
    expect_error([&] { launch(int64_t{0}, 1.0f, 2.0, 3, int64_t{4}, true); }, "parameter 0 is a pointer");
    expect_error([] { device::launch("no_such_kernel", {{}, 1}); }, "there is no kernel no_such_kernel");
}

TEST(Emulation, ChecksTheLaunch) {
    const auto launch = [](device::Launch launch) { device::launch("barrier_for_some", launch, 0); };
    expect_error([&] { launch({{}, 129}); }, "a block must have 1 to 128 threads: 129");
    expect_error([&] { launch({{}, 0}); }, "a block must have 1 to 128 threads: 0");
    expect_error([&] { launch({{0}, 32}); }, "a grid must have");
    expect_error([&] { launch({{1, 65536}, 32}); }, "a grid must have");
    expect_error([&] { launch({{}, 32, 227 * 1024 + 1}); }, "at most 232448 bytes");
}

TEST(Emulation, PoisonsMemory) {
    const Array<float> fresh(7);
    EXPECT_EQ(count_of_nan(fresh.download()), 7);
    EXPECT_EQ(Array<uint32_t>(3).download(), std::vector<uint32_t>(3, 0xFFFFFFFFu));
    const Array<float> seen(8);
    seen.pointer()[0] = 0.0f;
    device::launch("show_shared", {{4}, 32, 4}, seen.pointer());
    EXPECT_EQ(count_of_nan(seen.download()), 8);
}

TEST(Emulation, GivesUnalignedArrays) {
    for (size_t offset = 0; offset < 4; ++offset) {
        const Array<float> array(numbers(9), offset);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(array.pointer()) % 16, 4 * offset);
        EXPECT_EQ(array.download(), numbers(9));
    }
    expect_error([] { Array<float>(3).upload(numbers(4)); }, "as many as the array's 3: 4");
}

TEST(Emulation, RunsThreadsInTheOrderThatIsSet) {
    const auto order_of = [](emulation::ThreadOrder order) {
        const Order scope(order);
        const Array<int> next(std::vector<int>{0});
        const Array<int> ranks(96);
        device::launch("number_threads", {{3}, 32}, next.pointer(), ranks.pointer());
        return ranks.download();
    };
    std::vector<int> forwards(96);
    std::iota(forwards.begin(), forwards.end(), 0);
    EXPECT_EQ(order_of(emulation::ThreadOrder::FORWARDS), forwards);
    EXPECT_EQ(order_of(emulation::ThreadOrder::BACKWARDS), std::vector<int>(forwards.rbegin(), forwards.rend()));
    std::vector<int> shuffled = order_of(emulation::ThreadOrder::SHUFFLED);
    EXPECT_EQ(order_of(emulation::ThreadOrder::SHUFFLED), shuffled);
    int falls = 0;
    for (size_t n = 1; n < shuffled.size(); ++n) {
        falls += shuffled[n] < shuffled[n - 1] ? 1 : 0;
    }
    EXPECT_GT(falls, 24);
    EXPECT_LT(falls, 72);
    std::sort(shuffled.begin(), shuffled.end());
    EXPECT_EQ(shuffled, forwards);
}

TEST(Emulation, TellsThreadsTheirPlaces) {
    const Array<uint32_t> out(8 * 2 * 3 * 4 * 5);
    device::launch("show_position", {{2, 3, 4}, 5}, out.pointer());
    const std::vector<uint32_t> rows = out.download();
    for (uint32_t n = 0; n < 2 * 3 * 4 * 5; ++n) {
        const uint32_t block = n / 5;
        const std::vector<uint32_t> expected = {block % 2, block / 2 % 3, block / 6, n % 5, 2, 3, 4, 5};
        EXPECT_EQ(std::vector<uint32_t>(&rows[8 * n], &rows[8 * n] + 8), expected);
    }
}

TEST(Emulation, Shuffles) {
    constexpr int THREADS = 64;
    const Array<int> out(8 * THREADS);
    device::launch("show_warp", {{}, THREADS}, out.pointer());
    const std::vector<int> rows = out.download();
    for (int t = 0; t < THREADS; ++t) {
        const int lane = t % 32;
        const int first = t - lane;
        uint32_t thirds = 0;
        for (int other = 0; other < 32; ++other) {
            thirds |= ((first + other) % 3 == 0 ? 1u : 0u) << other;
        }
        const std::vector<int> expected = {10 * (first + 3),
                                           10 * (first + (lane ^ 5)),
                                           10 * (lane + 2 < 32 ? t + 2 : t),
                                           10 * (lane >= 1 ? t - 1 : t),
                                           10 * (lane % 8 < 7 ? t + 1 : t),
                                           static_cast<int>(thirds),
                                           first == 32 ? 1 : 0,
                                           first == 0 ? 1 : 0};
        EXPECT_EQ(std::vector<int>(&rows[8 * static_cast<size_t>(t)], &rows[8 * static_cast<size_t>(t)] + 8), expected)
            << t;
    }
}

TEST(Emulation, SumsWarps) {
    std::vector<double> values(64);
    std::iota(values.begin(), values.end(), 0.0);
    const Array<double> in(values);
    const Array<double> out(64);
    device::launch("sum_warp", {{}, 64}, in.pointer(), out.pointer());
    std::vector<double> expected(32, 496);
    expected.resize(64, 496 + 32 * 32);
    EXPECT_EQ(out.download(), expected);
}
