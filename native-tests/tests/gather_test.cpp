#include <gtest/gtest.h>

#include "launches.h"
#include "numbers.h"

namespace {

constexpr int32_t DATA_ROWS = 50;

// Any order, repeated, with the first and the last.
std::vector<int32_t> row_numbers(int32_t count) {
    std::vector<int32_t> rows = Numbers(count).integers(count, 0, DATA_ROWS - 1);
    rows[0] = DATA_ROWS - 1;
    rows[count / 2] = 0;
    return rows;
}

}  // namespace

TEST(Gather, RowsAreCopied) {
    for (const int32_t count : {1, 3, 33, 207}) {
        for (const int32_t width : {1, 3, 13, 33, 256, 300}) {
            const std::vector<float> data = Numbers(width).reals(DATA_ROWS * width, -1, 1);
            const std::vector<int32_t> rows = row_numbers(count);
            std::vector<float> expected;
            for (const int32_t row : rows) {
                expected.insert(expected.end(), data.begin() + row * width, data.begin() + (row + 1) * width);
            }
            device::Array<float> from(data);
            device::Array<int32_t> device_rows(rows);
            for (const device::Launch& launch : row_launches(count, width)) {
                device::Array<float> to(static_cast<int64_t>(count) * width);
                run("gather_rows", launch, count, width, from.pointer(), device_rows.pointer(), to.pointer());
                ASSERT_EQ(to.download(), expected) << count << " x " << width;
            }
        }
    }
}

TEST(Gather, LabelsAreCopied) {
    const std::vector<int32_t> labels = Numbers(1).integers(DATA_ROWS, -5, 1000);
    device::Array<int32_t> from(labels);
    for (const int32_t count : {1, 3, 13, 32, 33, 207, 1000}) {
        const std::vector<int32_t> rows = row_numbers(count);
        std::vector<int32_t> expected;
        for (const int32_t row : rows) {
            expected.push_back(labels[row]);
        }
        device::Array<int32_t> device_rows(rows);
        for (const device::Launch& launch : element_launches(count)) {
            device::Array<int32_t> to(count);
            run("gather_labels", launch, count, from.pointer(), device_rows.pointer(), to.pointer());
            ASSERT_EQ(to.download(), expected) << count;
        }
    }
}

// A data set that starts far below the memory that is there: offsets beyond 2^32 lead back into it.
TEST(Gather, OffsetsHave64Bits) {
    const int32_t width = 1000;
    const int32_t row = 5'000'000;
    const std::vector<float> data = Numbers(1).reals(width, -1, 1);
    device::Array<float> from(data);
    device::Array<int32_t> rows(std::vector<int32_t>{row});
    device::Array<float> to(width);
    const uintptr_t start = reinterpret_cast<uintptr_t>(from.pointer()) - sizeof(float) * row * uintptr_t{width};
    run("gather_rows", row_launches(1, width)[0], 1, width, reinterpret_cast<const float*>(start), rows.pointer(),
        to.pointer());
    EXPECT_EQ(to.download(), data);
}
