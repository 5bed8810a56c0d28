// That the emulation does what CUDA does, and shows where a kernel relies on what CUDA leaves open.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "checks.h"
#include "device.h"
#include "launch.h"
#include "thread_order.h"

using device::Array;

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
    expect_error(
        [&] {
            device::launch("end_without_wait", {{}, 64}, in.pointer());
        },
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

// As a CUDA driver launches: by name, with an array of pointers to arguments.
TEST(Emulation, RegistersKernelsWithTheirParameters) {
    const emulation::Kernel* const kernel = emulation::find_kernel("take_all_kinds");
    ASSERT_NE(kernel, nullptr);
    std::vector<size_t> sizes;
    std::vector<ParameterKind> kinds;
    for (const ParameterType& parameter : kernel->parameters) {
        sizes.push_back(parameter.size);
        kinds.push_back(parameter.kind);
    }
    EXPECT_EQ(sizes, (std::vector<size_t>{8, 4, 8, 4, 8, 1, 8}));
    using Kind = ParameterKind;
    EXPECT_EQ(
        kinds, (std::vector<Kind>{
                   Kind::POINTER, Kind::FLOATING, Kind::FLOATING, Kind::INTEGER, Kind::INTEGER, Kind::INTEGER,
                   Kind::POINTER}));
    EXPECT_EQ(kernel->bounds.threads, 1024u);
    EXPECT_EQ(emulation::find_kernel("rotate_right")->bounds.threads, 128u);
    EXPECT_EQ(emulation::find_kernel("no_such_kernel"), nullptr);

    const float* pointer = nullptr;
    float number = 0.5f;
    double wide = 0.25;
    int32_t integer = -1;
    int64_t large = int64_t{1} << 40;
    bool flag = true;
    double result = 0;
    double* out = &result;
    void* arguments[] = {&pointer, &number, &wide, &integer, &large, &flag, &out};
    emulation::launch(*kernel, 1, 1, 0, arguments);
    EXPECT_EQ(result, 1000 + 0.75 + 1099511627776.0);
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
        const std::vector<int> expected = {
            10 * (first + 3),
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
