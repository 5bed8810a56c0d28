// cuBLAS against plain loops.
#include "device_test.h"

namespace simulated {

class SimulatedCublas : public DeviceTest {
  protected:
    void SetUp() override {
        DeviceTest::SetUp();
        ASSERT_EQ(cublas()("cublasCreate_v2", &handle_), 0);
    }

    void TearDown() override {
        EXPECT_EQ(cublas()("cublasDestroy_v2", handle_), 0);
        DeviceTest::TearDown();
    }

    int multiply(
        int a_operation, int b_operation, int m, int n, int k, float alpha, DeviceAddress a, int a_leading,
        DeviceAddress b, int b_leading, float beta, DeviceAddress c, int c_leading) {
        return cublas()(
            "cublasSgemm_v2", handle_, a_operation, b_operation, m, n, k, &alpha, a, a_leading, b, b_leading, &beta, c,
            c_leading);
    }

    // Integers of a few bits: every sum is exact.
    static std::vector<float> integers(size_t count, unsigned seed) {
        std::vector<float> values(count);
        for (float& value : values) {
            seed = seed * 1664525u + 1013904223u;
            value = static_cast<float>(seed >> 28) - 8.0f;
        }
        return values;
    }

    void* handle_ = nullptr;
};

struct Shape {
    int m, n, k;
};

TEST_F(SimulatedCublas, MultipliesAsPlainLoopsDo) {
    for (const Shape& shape : {Shape{1, 1, 1}, {13, 7, 207}, {207, 13, 300}, {16, 6, 256}, {130, 13, 1}, {3, 5, 0}}) {
        for (int operations = 0; operations < 4; ++operations) {
            const bool a_transposed = (operations & 1) != 0;
            const bool b_transposed = (operations & 2) != 0;
            const int a_leading = (a_transposed ? shape.k : shape.m) + 3;
            const int b_leading = (b_transposed ? shape.n : shape.k) + 2;
            const int c_leading = shape.m + 1;
            const int a_columns = a_transposed ? shape.m : shape.k;
            const int b_columns = b_transposed ? shape.k : shape.n;
            const std::vector<float> a = integers(static_cast<size_t>(a_leading * a_columns + 1), 1);
            const std::vector<float> b = integers(static_cast<size_t>(b_leading * b_columns + 1), 2);
            const std::vector<float> c = integers(static_cast<size_t>(c_leading * shape.n), 3);
            std::vector<float> expected = c;
            for (int j = 0; j < shape.n; ++j) {
                for (int i = 0; i < shape.m; ++i) {
                    double sum = 0;
                    for (int l = 0; l < shape.k; ++l) {
                        const int from_a = a_transposed ? i * a_leading + l : l * a_leading + i;
                        const int from_b = b_transposed ? l * b_leading + j : j * b_leading + l;
                        sum += double{a[static_cast<size_t>(from_a)]} * double{b[static_cast<size_t>(from_b)]};
                    }
                    float& value = expected[static_cast<size_t>(j * c_leading + i)];
                    value = static_cast<float>(2 * sum - value);
                }
            }
            const DeviceAddress da = upload(a);
            const DeviceAddress db = upload(b);
            const DeviceAddress dc = upload(c);
            ASSERT_EQ(
                multiply(
                    a_transposed, b_transposed, shape.m, shape.n, shape.k, 2, da, a_leading, db, b_leading, -1, dc,
                    c_leading),
                0);
            EXPECT_EQ(download(dc, c.size()), expected)
                << shape.m << " " << shape.n << " " << shape.k << " " << operations;
            for (const DeviceAddress memory : {da, db, dc}) {
                release(memory);
            }
        }
    }
}

TEST_F(SimulatedCublas, DoesNotReadWhatTheFactorsHide) {
    const DeviceAddress a = upload({1});
    const DeviceAddress b = upload({3});
    const DeviceAddress poisoned = allocate(4);
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 2, a, 1, b, 1, 0, poisoned, 1), 0);
    EXPECT_EQ(download(poisoned, 1)[0], 6.0f);
    for (const DeviceAddress memory : {a, b, poisoned}) {
        release(memory);
    }
}

TEST_F(SimulatedCublas, RoundsToTf32WhenAskedTo) {
    const float fine = 1.0f + 0x1p-11f + 0x1p-20f;
    const DeviceAddress a = upload({fine});
    const DeviceAddress b = upload({1});
    const DeviceAddress c = allocate(4);
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 1, a, 1, b, 1, 0, c, 1), 0);
    EXPECT_EQ(download(c, 1)[0], fine);
    EXPECT_EQ(cublas()("cublasSetMathMode", handle_, 3), 0);
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 1, a, 1, b, 1, 0, c, 1), 0);
    EXPECT_EQ(download(c, 1)[0], 1.0f + 0x1p-10f);
    for (const DeviceAddress memory : {a, b, c}) {
        release(memory);
    }
}

TEST_F(SimulatedCublas, RoundsToBf16ByItsComputeType) {
    const float one = 1;
    const float zero = 0;
    // Below, at and above the middle between two bf16, of which 1 is even and 1 + 2^-7 is not.
    const float fine[] = {1 + 0x1p-9f, 1 + 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, 1 + 3 * 0x1p-8f};
    const float expected[] = {1, 1, 1 + 0x1p-7f, 1 + 0x1p-6f};
    for (int k = 0; k < 4; ++k) {
        const DeviceAddress a = upload({fine[k]});
        const DeviceAddress b = upload({1});
        const DeviceAddress c = allocate(4);
        const auto multiply_as = [&](DeviceAddress first, DeviceAddress second) {
            return cublas()(
                "cublasGemmEx", handle_, 0, 0, 1, 1, 1, &one, first, 0, 1, second, 0, 1, &zero, c, 0, 1, 75, -1);
        };
        EXPECT_EQ(multiply_as(a, b), 0);
        EXPECT_EQ(download(c, 1)[0], expected[k]);
        EXPECT_EQ(multiply_as(b, a), 0);
        EXPECT_EQ(download(c, 1)[0], expected[k]);
        for (const DeviceAddress memory : {a, b, c}) {
            release(memory);
        }
    }
}

TEST_F(SimulatedCublas, TakesFactorsFromTheDevice) {
    const DeviceAddress values = upload({2, 3, 5});
    const DeviceAddress factors = upload({7, 11});
    EXPECT_EQ(cublas()("cublasSetPointerMode_v2", handle_, 1), 0);
    const auto multiply_by = [&](DeviceAddress alpha, DeviceAddress beta) {
        return cublas()("cublasSgemm_v2", handle_, 0, 0, 1, 1, 1, alpha, values, 1, values + 4, 1, beta, values + 8, 1);
    };
    EXPECT_EQ(multiply_by(factors, factors + 4), 0);
    EXPECT_EQ(download(values, 3)[2], 7.0f * 6 + 11 * 5);
    EXPECT_EQ(multiply_by(factors, factors + 8), 13) << "beyond the factors";
    release(values);
    release(factors);
}

TEST_F(SimulatedCublas, MultipliesBatchesOfAnyComputeType) {
    constexpr int FLOAT_32 = 0;
    const DeviceAddress a = upload({1, 2});
    const DeviceAddress b = upload({3, 5});
    const DeviceAddress c = upload({0, 0});
    const float one = 1;
    const float zero = 0;
    EXPECT_EQ(
        cublas()("cublasSgemmStridedBatched", handle_, 0, 0, 1, 1, 1, &one, a, 1, 1ll, b, 1, 1ll, &zero, c, 1, 1ll, 2),
        0);
    EXPECT_EQ(download(c, 2), (std::vector<float>{3, 10}));
    const auto multiply_as = [&](int type, int compute) {
        return cublas()(
            "cublasGemmEx", handle_, 0, 0, 1, 1, 1, &one, a, type, 1, b, FLOAT_32, 1, &one, c, FLOAT_32, 1, compute,
            -1);
    };
    for (const int compute : {68, 69, 77}) {
        EXPECT_EQ(multiply_as(FLOAT_32, compute), 0);
    }
    EXPECT_EQ(download(c, 1)[0], 12.0f);
    EXPECT_EQ(multiply_as(FLOAT_32, 0), 15) << "another compute type";
    EXPECT_EQ(multiply_as(2, 68), 15) << "half precision";
    for (const DeviceAddress memory : {a, b, c}) {
        release(memory);
    }
}

TEST_F(SimulatedCublas, ChecksItsArguments) {
    const DeviceAddress memory = upload(std::vector<float>(6, 1.0f));
    const DeviceAddress c = allocate(16);
    EXPECT_EQ(multiply(0, 0, 2, 2, 3, 1, memory, 1, memory, 3, 0, c, 2), 7) << "leading dimension";
    EXPECT_EQ(multiply(0, 0, -1, 2, 3, 1, memory, 2, memory, 3, 0, c, 2), 7);
    EXPECT_EQ(multiply(9, 0, 2, 2, 3, 1, memory, 2, memory, 3, 0, c, 2), 7);
    EXPECT_EQ(multiply(0, 0, 2, 2, 4, 1, memory, 2, memory, 4, 0, c, 2), 13) << "beyond the operand's end";
    EXPECT_EQ(multiply(0, 0, 0, 2, 3, 1, memory, 2, memory, 3, 0, c, 2), 0) << "nothing to do";
    void* const handle = handle_;
    handle_ = nullptr;
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 1, memory, 1, memory, 1, 0, c, 1), 1);
    handle_ = handle;
    fail_nth(Call::LAUNCH, 1);
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 1, memory, 1, memory, 1, 0, c, 1), 13);
    fail_nth(Call::LIBRARY_HANDLE, 1);
    void* another = nullptr;
    EXPECT_EQ(cublas()("cublasCreate_v2", &another), 3);
    EXPECT_EQ(live(Resource::CUBLAS_HANDLES), 1u);
    release(memory);
    release(c);
}

TEST_F(SimulatedCublas, RunsInStreamOrderAndInGraphs) {
    set(Setting::ASYNCHRONOUS, 1);
    void* const work = stream();
    EXPECT_EQ(cublas()("cublasSetStream_v2", handle_, work), 0);
    const DeviceAddress a = upload({2});
    const DeviceAddress c = upload({1});
    EXPECT_EQ(cuda()("cuStreamBeginCapture_v2", work, 1), SUCCESS);
    EXPECT_EQ(multiply(0, 0, 1, 1, 1, 1, a, 1, a, 1, 1, c, 1), 0);
    void* graph = nullptr;
    void* exec = nullptr;
    EXPECT_EQ(cuda()("cuStreamEndCapture", work, &graph), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphInstantiateWithFlags", &exec, graph, 0ull), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphLaunch", exec, work), SUCCESS);
    EXPECT_EQ(download(c, 1)[0], 1.0f) << "no thread waited";
    EXPECT_EQ(cuda()("cuStreamSynchronize", work), SUCCESS);
    EXPECT_EQ(download(c, 1)[0], 9.0f);
    EXPECT_EQ(cuda()("cuGraphExecDestroy", exec), SUCCESS);
    EXPECT_EQ(cuda()("cuGraphDestroy", graph), SUCCESS);
    release(a);
    release(c);
}

}  // namespace simulated
