#include <gtest/gtest.h>

#include "launch_shapes.h"

namespace {

constexpr int32_t MOST = 0x7FFFFFFF;
constexpr int32_t SIZES[] = {1, 3, 13, 32, 33, 207, 1000, 65536, MOST};

// What every device takes.
void expect_valid(const Grid& grid, int32_t rows, int32_t columns) {
    EXPECT_TRUE(
        grid.x >= 1 && grid.x <= 0x7FFFFFFFu && grid.y >= 1 && grid.y <= 65535u && grid.z >= 1 && grid.z <= 65535u)
        << rows << " x " << columns << ": " << grid.x << ", " << grid.y << ", " << grid.z;
}

}  // namespace

TEST(LaunchShapes, GridsAreValidForEveryShape) {
    for (const int32_t rows : SIZES) {
        expect_valid(element_grid(int64_t{rows} * rows, 132), rows, rows);
        expect_valid(loss_grid(rows, 132), rows, 1);
        for (const int32_t columns : SIZES) {
            expect_valid(row_grid(rows, columns), rows, columns);
            expect_valid(node_grid(rows, columns), rows, columns);
            expect_valid(node_backward_grid(rows, columns, 132), rows, columns);
            expect_valid(mask_grid(rows, rows, columns), rows, columns);
            expect_valid(column_sums_grid(rows, columns, 132), rows, columns);
        }
    }
}

TEST(LaunchShapes, ColumnsAreCoveredAndNoBlockIsIdle) {
    for (const int32_t columns : SIZES) {
        const auto covers = [columns](uint32_t blocks, int64_t width) {
            return blocks * width >= columns && (blocks - 1) * width < columns;
        };
        EXPECT_TRUE(covers(row_grid(5, columns).x, ROW_BLOCK)) << columns;
        EXPECT_TRUE(covers(node_grid(5, columns).x, WARP_MASK_OUTPUTS)) << columns;
        EXPECT_TRUE(covers(node_backward_grid(5, columns, 132).x, WARP_MASK_OUTPUTS)) << columns;
        EXPECT_TRUE(covers(mask_grid(5, 5, columns).x, WARP_MASK_OUTPUTS)) << columns;
        EXPECT_TRUE(covers(column_sums_grid(5, columns, 132).x, COLUMN_SUMS_COLUMNS)) << columns;
    }
    EXPECT_EQ(element_grid(256, 132).x, 1u);
    EXPECT_EQ(element_grid(257, 132).x, 2u);
    EXPECT_EQ(element_grid(int64_t{1} << 40, 132).x, 132u * ELEMENT_BLOCKS_PER_MULTIPROCESSOR);
    EXPECT_EQ(row_grid(64, 4).y, 1u);
    EXPECT_EQ(row_grid(65, 4).y, 2u);
    EXPECT_EQ(row_grid(7, 1000).y, 7u);
    EXPECT_EQ(loss_grid(9, 132).x, 2u);
}

TEST(LaunchShapes, BiasSumsHaveFewRowsAndFillTheDevice) {
    EXPECT_EQ(node_backward_grid(1, 1, 132).y, 1u);
    EXPECT_EQ(node_backward_grid(128, 4096, 132).y, 16u);
    EXPECT_EQ(node_backward_grid(65536, 128, 132).y, static_cast<uint32_t>(COLUMN_SUMS_MOST_PARTS));
    EXPECT_EQ(node_backward_grid(65536, 128 * 1000, 132).y, 1u);
}
