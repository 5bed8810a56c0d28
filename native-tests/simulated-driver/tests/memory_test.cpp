#include <cmath>
#include <cstring>

#include "../copy_rows.h"
#include "device_test.h"

namespace simulated {

class SimulatedMemory : public DeviceTest {};

TEST_F(SimulatedMemory, IsAlignedPoisonedAndCounted) {
    const DeviceAddress memory = allocate(13 * sizeof(float));
    EXPECT_EQ(memory % 256, 0u);
    EXPECT_EQ(live(Resource::DEVICE_ALLOCATIONS), 1u);
    EXPECT_EQ(live(Resource::DEVICE_BYTES), 13 * sizeof(float));
    for (const float value : download(memory, 13)) {
        EXPECT_TRUE(std::isnan(value));
    }
    release(memory);
    EXPECT_EQ(live(Resource::DEVICE_ALLOCATIONS), 0u);
    EXPECT_EQ(get(Setting::PEAK_BYTES), 13 * sizeof(float));
}

TEST_F(SimulatedMemory, EndsWhereTheDeviceSays) {
    set(Setting::MEMORY_BYTES, 1000);
    const DeviceAddress memory = allocate(600);
    size_t free = 0;
    size_t total = 0;
    EXPECT_EQ(cuda()("cuMemGetInfo_v2", &free, &total), SUCCESS);
    EXPECT_EQ(free, 400u);
    EXPECT_EQ(total, 1000u);
    DeviceAddress more = 0;
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &more, size_t{401}), OUT_OF_MEMORY);
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &more, size_t{400}), SUCCESS);
    release(more);
    release(memory);
}

TEST_F(SimulatedMemory, CountsDoubleFrees) {
    const DeviceAddress memory = allocate(16);
    release(memory);
    EXPECT_EQ(cuda()("cuMemFree_v2", memory), INVALID_VALUE);
    EXPECT_EQ(get(Setting::DOUBLE_FREES), 1u);
    EXPECT_EQ(cuda()("cuMemFree_v2", DeviceAddress{4096}), INVALID_VALUE) << "never was memory";
    EXPECT_EQ(get(Setting::DOUBLE_FREES), 1u);
    void* host = nullptr;
    ASSERT_EQ(cuda()("cuMemAllocHost_v2", &host, size_t{16}), SUCCESS);
    EXPECT_EQ(cuda()("cuMemFreeHost", host), SUCCESS);
    EXPECT_EQ(cuda()("cuMemFreeHost", host), INVALID_VALUE);
    EXPECT_EQ(get(Setting::DOUBLE_FREES), 2u);
}

TEST_F(SimulatedMemory, RefusesCopiesThatLeaveIt) {
    const DeviceAddress memory = upload({1, 2, 3, 4});
    std::vector<float> host(8);
    void* const data = host.data();
    EXPECT_EQ(cuda()("cuMemcpyDtoH_v2", data, memory, size_t{20}), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuMemcpyHtoD_v2", memory + 4, static_cast<const void*>(data), size_t{16}), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuMemcpyDtoD_v2", memory, memory + 8, size_t{12}), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuMemsetD32_v2", memory, 0u, size_t{5}), INVALID_VALUE);
    EXPECT_EQ(cuda()("cuMemsetD32_v2", memory + 2, 0u, size_t{1}), INVALID_VALUE) << "misaligned";
    EXPECT_EQ(cuda()("cuMemsetD32_v2", memory + 12, 0u, size_t{1}), SUCCESS);
    EXPECT_EQ(download(memory, 4), (std::vector<float>{1, 2, 3, 0}));
    release(memory);
    EXPECT_EQ(cuda()("cuMemcpyDtoH_v2", data, memory, size_t{16}), INVALID_VALUE) << "freed";
}

TEST_F(SimulatedMemory, CopiesRowsThatLieApart) {
    const DeviceAddress wide = upload({1, 2, -1, 3, 4, -1, 5, 6});
    const DeviceAddress dense = upload({0, 0, 0, 0, 0, 0});
    Copy2D copy = {0,       0,     Copy2D::DEVICE, nullptr, wide, nullptr, 12, 0, 0, Copy2D::DEVICE,
                   nullptr, dense, nullptr,        8,       8,    3};
    void* const stream = nullptr;
    EXPECT_EQ(cuda()("cuMemcpy2DAsync_v2", static_cast<const void*>(&copy), stream), SUCCESS);
    EXPECT_EQ(download(dense, 6), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    copy.rows = 4;
    EXPECT_EQ(cuda()("cuMemcpy2DAsync_v2", static_cast<const void*>(&copy), stream), INVALID_VALUE) << "too many";
    copy.rows = 3;
    copy.to_pitch = 4;
    EXPECT_EQ(cuda()("cuMemcpy2DAsync_v2", static_cast<const void*>(&copy), stream), INVALID_VALUE) << "overlap";
    release(wide);
    release(dense);
}

TEST_F(SimulatedMemory, NoticesWildStores) {
    const DeviceAddress memory = allocate(16);
    EXPECT_EQ(fill(memory, 5, 1.0f, nullptr), ILLEGAL_ADDRESS) << "into the bytes behind it";
    DeviceAddress another = 0;
    EXPECT_EQ(cuda()("cuMemAlloc_v2", &another, size_t{16}), ILLEGAL_ADDRESS) << "the error sticks";
    EXPECT_EQ(cuda()("cuCtxSynchronize"), ILLEGAL_ADDRESS);
    reset();
    const DeviceAddress again = allocate(16);
    EXPECT_EQ(fill(again, 100000, 1.0f, nullptr), ILLEGAL_ADDRESS) << "far behind it";
    reset();
    EXPECT_EQ(get(Setting::ABANDONED), 4u) << "twice an allocation and a module";
}

TEST_F(SimulatedMemory, IsGivenBackWithItsContextAndThatIsTold) {
    allocate(16);
    void* const left = stream();
    EXPECT_NE(left, nullptr);
    reset();
    EXPECT_EQ(get(Setting::ABANDONED), 2u);
    EXPECT_EQ(live(Resource::DEVICE_ALLOCATIONS), 0u);
}

TEST_F(SimulatedMemory, IsDescribed) {
    const DeviceAddress memory = allocate(100);
    DeviceAddress base = 0;
    size_t bytes = 0;
    EXPECT_EQ(cuda()("cuMemGetAddressRange_v2", &base, &bytes, memory + 40), SUCCESS);
    EXPECT_EQ(base, memory);
    EXPECT_EQ(bytes, 100u);
    unsigned type = 0;
    constexpr int MEMORY_TYPE = 2;
    EXPECT_EQ(cuda()("cuPointerGetAttribute", static_cast<void*>(&type), MEMORY_TYPE, memory), SUCCESS);
    EXPECT_EQ(type, 2u);
    float* const host = pinned(4);
    EXPECT_EQ(
        cuda()("cuPointerGetAttribute", static_cast<void*>(&type), MEMORY_TYPE, reinterpret_cast<DeviceAddress>(host)),
        SUCCESS);
    EXPECT_EQ(type, 1u);
    release(memory);
}

}  // namespace simulated
