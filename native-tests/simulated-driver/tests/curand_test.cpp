// cuRAND against its formulas, in double precision.
#include <cmath>

#include "device_test.h"
#include "philox.h"

namespace simulated {

class SimulatedCurand : public DeviceTest {
  protected:
    static constexpr int PHILOX = 161;
    static constexpr uint64_t SEED = 0x123456789ABCDEFull;

    void SetUp() override {
        DeviceTest::SetUp();
        ASSERT_EQ(curand()("curandCreateGenerator", &generator_, PHILOX), 0);
        ASSERT_EQ(curand()("curandSetPseudoRandomGeneratorSeed", generator_, static_cast<unsigned long long>(SEED)), 0);
    }

    void TearDown() override {
        EXPECT_EQ(curand()("curandDestroyGenerator", generator_), 0);
        DeviceTest::TearDown();
    }

    static double uniform(uint64_t i) {
        const uint64_t group = i / 4;
        const auto words = reference::philox(
            {static_cast<uint32_t>(group / 65536), 0, static_cast<uint32_t>(group % 65536), 0},
            {static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32)});
        return (double{static_cast<float>(words[i % 4])} + 0.5) * 0x1p-32;
    }

    void* generator_ = nullptr;
};

TEST_F(SimulatedCurand, DrawsUniformsFromAnyOffsetInAnyPieces) {
    constexpr uint64_t OFFSET = 262144 - 5;  // a second subsequence begins within
    EXPECT_EQ(curand()("curandSetGeneratorOffset", generator_, static_cast<unsigned long long>(OFFSET)), 0);
    const DeviceAddress memory = allocate(15 * sizeof(float));
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory, size_t{6}), 0);
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory + 32, size_t{7}), 0);
    std::vector<float> values = download(memory, 15);
    values.erase(values.begin() + 6, values.begin() + 8);
    for (size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(values[i], static_cast<float>(uniform(OFFSET + i))) << i;
    }
    release(memory);
}

TEST_F(SimulatedCurand, WritesOnlyWhereFourWordsMayLie) {
    const DeviceAddress memory = allocate(8 * sizeof(float));
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory + 4, size_t{4}), 201);
    EXPECT_EQ(cuda()("cuCtxSynchronize"), MISALIGNED_ADDRESS) << "the error sticks";
    reset();
}

TEST_F(SimulatedCurand, DrawsFromANewPlaceOnlyWhileNobodyCaptures) {
    void* stream = nullptr;
    constexpr unsigned NON_BLOCKING = 1;
    constexpr int RELAXED = 2;
    ASSERT_EQ(cuda()("cuStreamCreate", &stream, NON_BLOCKING), SUCCESS);
    const DeviceAddress memory = allocate(16);
    ASSERT_EQ(cuda()("cuStreamBeginCapture_v2", stream, RELAXED), SUCCESS);
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory, size_t{4}), 201);
    void* graph = nullptr;
    EXPECT_EQ(cuda()("cuStreamEndCapture", stream, &graph), STREAM_CAPTURE_INVALIDATED);
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory, size_t{4}), 0);
    EXPECT_EQ(cuda()("cuStreamDestroy_v2", stream), SUCCESS);
    release(memory);
}

TEST_F(SimulatedCurand, DrawsNormals) {
    constexpr size_t COUNT = 208;
    const DeviceAddress memory = allocate(COUNT * sizeof(float));
    EXPECT_EQ(curand()("curandGenerateNormal", generator_, memory, size_t{207}, 0.0f, 1.0f), 105) << "odd";
    EXPECT_EQ(curand()("curandGenerateNormal", generator_, memory, COUNT, 3.0f, 0.5f), 0);
    const std::vector<float> values = download(memory, COUNT);
    for (size_t i = 0; i < COUNT; i += 2) {
        const double radius = std::sqrt(-2 * std::log(uniform(i)));
        const double angle = 2 * std::acos(-1.0) * uniform(i + 1);
        EXPECT_NEAR(values[i], 3 + 0.5 * radius * std::sin(angle), 2e-6);
        EXPECT_NEAR(values[i + 1], 3 + 0.5 * radius * std::cos(angle), 2e-6);
    }
    release(memory);
}

TEST_F(SimulatedCurand, ChecksItsArguments) {
    void* another = nullptr;
    EXPECT_EQ(curand()("curandCreateGenerator", &another, 121), 103) << "another kind";
    EXPECT_EQ(curand()("curandSetGeneratorOrdering", generator_, 101), 0);
    EXPECT_EQ(curand()("curandSetGeneratorOrdering", generator_, 104), 104);
    const DeviceAddress memory = allocate(16);
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory, size_t{5}), 201) << "beyond the end";
    fail_nth(Call::LAUNCH, 1);
    EXPECT_EQ(curand()("curandGenerateUniform", generator_, memory, size_t{4}), 201);
    fail_nth(Call::LIBRARY_HANDLE, 1);
    EXPECT_EQ(curand()("curandCreateGenerator", &another, PHILOX), 102);
    EXPECT_EQ(curand()("curandDestroyGenerator", static_cast<void*>(&another)), 101);
    release(memory);
}

}  // namespace simulated
