#include <gtest/gtest.h>

#include "known_answers.h"
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

// Of a row of the table that Java's LaunchShapes is held to as well.
Grid grid_of(const reference::Fields& row) {
    const auto number = [&row](size_t field) { return static_cast<int64_t>(reference::decimal(row[field])); };
    const int64_t a = number(1);
    const auto rows = static_cast<int32_t>(a);
    const auto columns = static_cast<int32_t>(number(2));
    const auto multiprocessors = static_cast<int>(number(4));
    if (row[0] == "elements") {
        return element_grid(a, multiprocessors);
    }
    if (row[0] == "losses") {
        return loss_grid(rows, multiprocessors);
    }
    if (row[0] == "column_sums") {
        return column_sums_grid(rows, columns, multiprocessors);
    }
    if (row[0] == "rows") {
        return row_grid(rows, columns);
    }
    if (row[0] == "nodes") {
        return node_grid(rows, columns);
    }
    EXPECT_EQ(row[0], "masks");
    return mask_grid(rows, columns, static_cast<int32_t>(number(3)));
}

}  // namespace

TEST(LaunchShapes, GridsAreThoseOfTheTable) {
    for (const reference::Fields& row : reference::known_answers("../backend/cuda/kernel/launch-shapes.txt")) {
        ASSERT_EQ(row.size(), 8u);
        const Grid grid = grid_of(row);
        EXPECT_TRUE(
            grid.x == reference::decimal(row[5]) && grid.y == reference::decimal(row[6]) &&
            grid.z == reference::decimal(row[7]))
            << row[0] << " " << row[1] << " " << row[2] << " " << row[3] << " " << row[4] << ": " << grid.x << " "
            << grid.y << " " << grid.z;
    }
}

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
