#include "connection_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "known_answers.h"

namespace {

const char* const PASSES[] = {"forward", "backward_input", "backward_weight"};
const char* const SOURCES[] = {"one_plane", "two_planes",       "many_planes", "packed",
                               "gaussian",  "partial_gaussian", "unmasked"};
const char* const TILES[] = {"large", "small", "unaligned", "normals"};

template <class Enum, size_t COUNT>
Enum named(const char* const (&names)[COUNT], const std::string& name) {
    const auto found = std::find(std::begin(names), std::end(names), name);
    EXPECT_NE(found, std::end(names)) << name;
    return static_cast<Enum>(found - std::begin(names));
}

int32_t number(const std::string& field) {
    return static_cast<int32_t>(reference::decimal(field));
}

}  // namespace

// Java's ConnectionPlan is held to the same table. After a change of the plans, its rows are those printed here.
TEST(ConnectionPlan, GivesThePlansOfTheTable) {
    for (const reference::Fields& row : reference::known_answers("../backend/cuda/kernel/connection-plans.txt")) {
        ASSERT_EQ(row.size(), 15u);
        const ConnectionPlan plan = plan_connections(
            named<ConnectionPass>(PASSES, row[0]), named<ConnectionSource>(SOURCES, row[1]), number(row[2]),
            number(row[3]), number(row[4]), row[5] == "1", number(row[6]));
        std::ostringstream expected;
        std::ostringstream found;
        for (size_t n = 0; n < row.size(); ++n) {
            expected << (n > 0 ? " " : "") << row[n];
            found << (n < 7 ? row[n] + " " : "");
        }
        found << TILES[static_cast<int>(plan.tile)] << " " << plan.tiles << " " << plan.stretches << " " << plan.stretch
              << " " << plan.threads << " " << plan.shared_bytes << " " << plan.partials << " " << plan.bias_partials;
        EXPECT_EQ(found.str(), expected.str());
    }
}

// As in Java's ConnectionPlanTest.
TEST(ConnectionPlan, KnowsTheSizeOfPackedMasks) {
    EXPECT_EQ(packed_words(1, 1, 1), 1 * 4 * 4 + 128);
    EXPECT_EQ(packed_words(13, 207, 33), 52 * 8 * 16 + 128);
    EXPECT_EQ(packed_words(128, 4096, 4096), int64_t{128} * 4096 * 4096 / 32 + 128);
    EXPECT_EQ(packed_words(1 << 20, 1 << 20, 1 << 20), (int64_t{1} << 55) + 128);
}
