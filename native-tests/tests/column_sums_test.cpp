#include <gtest/gtest.h>

#include <cmath>

#include "launches.h"
#include "numbers.h"

namespace {

constexpr int32_t ROWS[] = {1, 3, 13, 32, 33, 207, 1000};
constexpr int32_t COLUMNS[] = {1, 3, 13, 32, 33, 207};

// Split into parts, and added up by a second launch if there is more than one.
std::vector<float> column_sums(int32_t rows, int32_t columns, const std::vector<float>& values, uint32_t parts) {
    const unsigned blocks = blocks_for(columns, COLUMN_SUMS_COLUMNS);
    device::Array<float> x(values);
    device::Array<float> partial(static_cast<int64_t>(parts) * columns);
    run("column_sums", launch_of(Grid{blocks, parts}, COLUMN_SUMS_BLOCK), rows, columns, x.pointer(),
        partial.pointer());
    if (parts == 1) {
        return partial.download();
    }
    device::Array<float> sums(columns);
    run("column_sums", launch_of(Grid{blocks, 1}, COLUMN_SUMS_BLOCK), static_cast<int32_t>(parts), columns,
        partial.pointer(), sums.pointer());
    return sums.download();
}

}  // namespace

TEST(ColumnSums, WholeNumbersAreSummedExactlyHoweverTheRowsAreSplit) {
    for (const int32_t rows : ROWS) {
        for (const int32_t columns : COLUMNS) {
            const std::vector<float> x = Numbers(rows).whole(static_cast<int64_t>(rows) * columns, -100, 100);
            std::vector<float> expected(columns, 0.0f);
            for (size_t k = 0; k < x.size(); ++k) {
                expected[k % columns] += x[k];
            }
            for (const uint32_t parts : {1u, 2u, 7u, 16u}) {
                ASSERT_EQ(column_sums(rows, columns, x, parts), expected)
                    << rows << " x " << columns << " in " << parts << " parts";
            }
        }
    }
}

TEST(ColumnSums, ErrorIsThatOfTheLongestChainOfAdditions) {
    for (const int32_t rows : {33, 1000, 5000}) {
        const int32_t columns = 33;
        const std::vector<float> x = Numbers(rows).reals(static_cast<int64_t>(rows) * columns, -1, 2);
        const std::vector<float> actual = column_sums(rows, columns, x, 1);
        for (int32_t u = 0; u < columns; ++u) {
            double sum = 0;
            double size = 0;
            for (int32_t b = 0; b < rows; ++b) {
                sum += x[static_cast<int64_t>(b) * columns + u];
                size += std::fabs(x[static_cast<int64_t>(b) * columns + u]);
            }
            const double chain = static_cast<double>(rows) / COLUMN_SUMS_ROWS + COLUMN_SUMS_ROWS + 1;
            EXPECT_NEAR(actual[u], sum, chain * FLOAT_EPSILON * size) << rows << " rows, column " << u;
        }
    }
}

TEST(ColumnSums, TheSameBitsInEveryRun) {
    const std::vector<float> x = Numbers(3).reals(1000 * 33, -1, 1);
    const std::vector<float> first = column_sums(1000, 33, x, 7);
    for (int repeat = 0; repeat < 3; ++repeat) {
        EXPECT_EQ(bits_of(column_sums(1000, 33, x, 7)), bits_of(first));
    }
}

TEST(ColumnSums, NaNReachesItsColumnOnly) {
    std::vector<float> x(207 * 33, 1.0f);
    x[100 * 33 + 5] = NOT_A_NUMBER;
    const std::vector<float> sums = column_sums(207, 33, x, 2);
    for (int32_t u = 0; u < 33; ++u) {
        EXPECT_EQ(std::isnan(sums[u]), u == 5) << u;
    }
}
