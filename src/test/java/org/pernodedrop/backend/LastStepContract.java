package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.Refusal;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** The steps end at 2^32 - 2, as docs/mask.md says: that one is made, and what would follow changes nothing. */
public interface LastStepContract extends BackendFixture {
    MaskSpec HALF = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);

    @Test
    default void theLastStepHasItsMaskAndNoneFollows() {
        assertEquals(4294967294L, StepState.LAST_STEP);
        StepState state = backend().memory().newStepState(5);
        LayerMask mask = new LayerMask(HALF, 2, state);
        DeviceFloats to = backend().memory().allocate(33);
        state.setStep(StepState.LAST_STEP);
        backend().masks().export(mask, 0, 1, 1, 33, to);
        Mask expected = Mask.of(HALF, 5, 2, (int) 4294967294L);
        float[] values = backend().memory().download(to);
        for (int u = 0; u < 33; u++) {
            assertEquals(expected.value(0, 0, u), values[u], "output " + u);
        }
        backend().optimizers().advance(state);
        ended(() -> backend().masks().export(mask, 0, 1, 1, 33, to));
        assertArrayEquals(values, backend().memory().download(to));
        LayerMask fixed =
                new LayerMask(new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, HALF.rate(), true), 2, state);
        backend().masks().export(fixed, 0, 1, 1, 33, to);
        assertEquals(
                Mask.of(fixed.spec(), 5, 2, 0).value(0, 0, 7),
                backend().memory().download(to)[7],
                "fixed masks go on");
    }

    @Test
    default void whatFollowsTheLastStepChangesNothing() {
        SmallStep step = new SmallStep(backend());
        step.run();
        CapturedGraph graph = backend().capture(step::run);
        step.state.setStep(StepState.LAST_STEP);
        graph.replay();
        assertEquals(StepState.LAST_STEP + 1, step.state.step());
        List<float[]> before = step.read();
        LossTotals totals = step.totals.read();
        DeviceFloats w = backend().memory().allocate(4);
        DeviceFloats g = backend().memory().allocate(4);
        DeviceFloats m = backend().memory().allocate(4);
        DeviceFloats v = backend().memory().allocate(4);
        backend().vectors().fill(g, 1);
        ended(() -> backend().optimizers().requireStep(step.state));
        ended(() -> backend().optimizers().advance(step.state));
        ended(() -> backend().optimizers().sgd(step.state, 0, false, w, g, v));
        ended(() -> backend().optimizers().adam(step.state, new AdamSettings(0.9f, 0.999f, 1e-8f, 0), w, g, m, v));
        CapturedGraph asked = backend().capture(() -> {
            backend().optimizers().requireStep(step.state);
            step.run();
        });
        ended(asked::replay);
        assertEquals(StepState.LAST_STEP + 1, step.state.step());
        assertArrayEquals(new float[4], backend().memory().download(w));
        for (int k = 0; k < before.size(); k++) {
            assertArrayEquals(before.get(k), step.read().get(k), "buffer " + k);
        }
        assertEquals(totals, step.totals.read());
    }

    @Test
    default void aReplayOfMoreStepsThanAreLeftMakesNone() {
        SmallStep step = new SmallStep(backend());
        step.run();
        CapturedGraph twice = backend().capture(() -> {
            step.run();
            step.run();
        });
        step.state.setStep(StepState.LAST_STEP);
        List<float[]> before = step.read();
        LossTotals totals = step.totals.read();
        Refusal.contains(IllegalStateException.class, "step=4294967294, steps wanted=2", twice::replay);
        assertEquals(StepState.LAST_STEP, step.state.step());
        for (int k = 0; k < before.size(); k++) {
            assertArrayEquals(before.get(k), step.read().get(k), "buffer " + k);
        }
        assertEquals(totals, step.totals.read());
        step.state.setStep(StepState.LAST_STEP - 1);
        twice.replay();
        assertEquals(StepState.LAST_STEP + 1, step.state.step());
    }

    private static void ended(Executable call) {
        String said = assertThrows(IllegalStateException.class, call).getMessage();
        assertTrue(said.startsWith("steps and their masks end at 4294967294"), said);
        assertTrue(said.contains("step=4294967295"), said);
    }
}
