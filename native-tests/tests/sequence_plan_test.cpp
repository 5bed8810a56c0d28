#include "sequence_plan.h"

#include <gtest/gtest.h>

#include <sstream>

#include "known_answers.h"

namespace {

int32_t number(const std::string& field) {
    return static_cast<int32_t>(reference::decimal(field));
}

ConnectionPass pass_named(const std::string& name) {
    return name == "forward"          ? ConnectionPass::FORWARD
           : name == "backward_input" ? ConnectionPass::BACKWARD_INPUT
                                      : ConnectionPass::BACKWARD_WEIGHT;
}

}  // namespace

// Java's SequencePlan is held to the same table. After a change of the plans, its rows are those printed here.
TEST(SequencePlan, GivesThePlansOfTheTable) {
    constexpr size_t GIVEN = 9;
    for (const reference::Fields& row : reference::known_answers("../backend/cuda/kernel/sequence-plans.txt")) {
        ASSERT_EQ(row.size(), GIVEN + 9);
        const SequencePlan plan = plan_sequences(
            pass_named(row[0]), row[1] == "tf32" ? SequencePrecision::TF32 : SequencePrecision::BF16,
            {number(row[2]), number(row[3]), number(row[4]), number(row[5])}, row[6] == "1", number(row[7]),
            number(row[8]));
        std::ostringstream expected;
        std::ostringstream found;
        for (size_t n = 0; n < row.size(); ++n) {
            expected << (n > 0 ? " " : "") << row[n];
            found << (n < GIVEN ? row[n] + " " : "");
        }
        found << (plan.tile == SequenceTile::LARGE ? "large" : "small") << " " << plan.tiles << " " << plan.stretches
              << " " << plan.stretch << " " << plan.threads << " " << plan.shared_bytes << " " << plan.partials << " "
              << plan.first_words << " " << plan.second_words;
        EXPECT_EQ(found.str(), expected.str());
    }
}
