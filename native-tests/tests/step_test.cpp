#include <gtest/gtest.h>

#include "launches.h"
#include "step_states.h"

TEST(Step, AdvancesByOneAndTouchesNothingElse) {
    for (const uint32_t step : {0u, 41u, 0x7FFFFFFFu, 0xFFFFFFFCu}) {
        device::Array<StepState> state(step_state(0x0123456789ABCDEFu, step, 0.25f));
        run("advance", launch_of(Grid{1}, 32), state.pointer());
        const StepState next = state.download()[0];
        EXPECT_EQ(next.step, step + 1);
        EXPECT_EQ(next.seed_low, 0x89ABCDEFu);
        EXPECT_EQ(next.seed_high, 0x01234567u);
        EXPECT_EQ(next.learning_rate, 0.25f);
    }
}

TEST(Step, AdvancesOnceHoweverManyThreadsRun) {
    device::Array<StepState> state(step_state(7, 10));
    run("advance", launch_of(Grid{3}, 32), state.pointer());
    run("advance", launch_of(Grid{1}, 1), state.pointer());
    EXPECT_EQ(state.download()[0].step, 12u);
}
