package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Recordings do what their operations would do one by one. */
public interface RecordingContract extends BackendFixture {
    private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int k = 0; k < expected.size(); k++) {
            assertArrayEquals(expected.get(k), actual.get(k), "buffer " + k);
        }
    }

    // A recording of something harmless, replayed: the backend has survived what came before.
    private void assertUsable() {
        DeviceFloats x = backend().allocate(3);
        try (Recording recording = backend().record(() -> backend().fill(x, 7))) {
            assertArrayEquals(new float[3], backend().download(x));
            recording.replay();
            assertArrayEquals(new float[] {7, 7, 7}, backend().download(x));
        }
        x.close();
    }

    @Test
    default void recordingDoesNothing() {
        SmallStep step = new SmallStep(backend());
        List<float[]> before = step.read();
        backend().record(step::run).close();
        assertSameBits(before, step.read());
        assertEquals(0, step.state.step());
        assertEquals(new LossTotals(0, 0, 0, -1), step.totals.read());
    }

    @Test
    default void replaysAreRuns() {
        SmallStep run = new SmallStep(backend());
        SmallStep replayed = new SmallStep(backend());
        try (Recording recording = backend().record(replayed::run)) {
            for (int k = 1; k <= 4; k++) {
                run.run();
                recording.replay();
                assertSameBits(run.read(), replayed.read());
                assertEquals(run.totals.read(), replayed.totals.read());
                assertEquals(k, replayed.state.step());
            }
        }
    }

    @Test
    default void replaysRunsAndOtherRecordingsMix() {
        SmallStep run = new SmallStep(backend());
        SmallStep mixed = new SmallStep(backend());
        try (Recording one = backend().record(mixed::run);
                Recording two = backend().record(() -> {
                    mixed.run();
                    mixed.run();
                })) {
            one.replay();
            mixed.run();
            two.replay();
            one.replay();
            one.replay();
        }
        for (int k = 0; k < 6; k++) {
            run.run();
        }
        assertSameBits(run.read(), mixed.read());
        assertEquals(6, mixed.state.step());
    }

    @Test
    default void everyReplayDrawsTheMaskOfItsStep() {
        StepState state = state(5, 40, 0);
        LayerMask mask = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3), 2, state);
        DeviceFloats drawn = backend().allocate(3 * 7 * 33);
        try (Recording recording = backend().record(() -> {
            backend().exportMask(mask, 0, 3, 7, 33, drawn);
            backend().advance(state);
        })) {
            float[] before = null;
            for (long step : new long[] {40, 41, 42, 7, 8}) {
                state.setStep(step);
                recording.replay();
                assertEquals(step + 1, state.step());
                float[] values = backend().download(drawn);
                assertFalse(Arrays.equals(before, values), "step " + step);
                before = values;
                state.setStep(step);
                backend().exportMask(mask, 0, 3, 7, 33, drawn);
                assertArrayEquals(backend().download(drawn), values, "step " + step);
            }
        }
    }

    @Test
    default void whatBuffersAndStatesHoldAtTheReplayCounts() {
        StepState state = state(1, 0, 0.5f);
        DeviceFloats table = backend().allocate(3);
        DeviceInts rows = backend().allocateInts(2);
        DeviceFloats g = backend().allocate(2);
        DeviceFloats w = backend().allocate(2);
        DeviceFloats v = backend().allocate(2);
        try (Recording recording = backend().record(() -> {
            backend().gatherRows(2, 1, table, rows, g);
            backend().sgd(state, 0, false, w, g, v);
        })) {
            backend().upload(new float[] {1, 2, 4}, 0, table);
            backend().upload(new int[] {2, 0}, 0, rows);
            recording.replay();
            assertArrayEquals(new float[] {-2, -0.5f}, backend().download(w));
            backend().upload(new float[] {8, 16, 32}, 0, table);
            backend().upload(new int[] {1, 1}, 0, rows);
            state.setLearningRate(0.25f);
            recording.replay();
            assertArrayEquals(new float[] {-6, -4.5f}, backend().download(w));
        }
    }

    @Test
    default void nothingCanBeRecordedToo() {
        try (Recording recording = backend().record(() -> {})) {
            recording.replay();
            recording.replay();
        }
        assertUsable();
    }

    @TestFactory
    default Stream<DynamicTest> whatNeedsTheHostIsRefused() {
        Backend backend = backend();
        DeviceFloats x = backend.allocate(4);
        DeviceInts rows = backend.allocateInts(4);
        StepState state = backend.newStepState(1);
        LossAccumulator totals = backend.newLossAccumulator();
        BatchFeed feed = backend.newBatchFeed(4, 4);
        feed.submit();
        DeviceTimer timer = backend.newTimer();
        timer.start();
        timer.stop();
        Recording other = backend.record(() -> backend.fill(x, 1));
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("download", () -> backend.download(x));
        calls.put("upload", () -> backend.upload(new float[4], 0, x));
        calls.put("upload of integers", () -> backend.upload(new int[4], 0, rows));
        calls.put("allocate", () -> backend.allocate(4).close());
        calls.put("allocateInts", () -> backend.allocateInts(4).close());
        calls.put("synchronize", backend::synchronize);
        calls.put("newStepState", () -> backend.newStepState(1).close());
        calls.put("newLossAccumulator", () -> backend.newLossAccumulator().close());
        calls.put("newBatchFeed", () -> backend.newBatchFeed(4, 4).close());
        calls.put("reading totals", totals::read);
        calls.put("resetting totals", totals::reset);
        calls.put("setting a step", () -> state.setStep(3));
        calls.put("setting a learning rate", () -> state.setLearningRate(3));
        calls.put("newTimer", () -> backend.newTimer().close());
        calls.put("starting a timer", timer::start);
        calls.put("stopping a timer", timer::stop);
        calls.put("reading a timer", timer::elapsedNanos);
        calls.put("submitting", feed::submit);
        calls.put("receiving", () -> feed.receive(x, rows));
        calls.put("recording", () -> backend.record(() -> {}).close());
        calls.put("replaying", other::replay);
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> {
                    assertThrows(IllegalStateException.class, () -> {
                        try (Recording recording = backend.record(call.getValue())) {
                            recording.replay();
                        }
                    });
                    assertEquals(0, state.step());
                    assertEquals(0, state.learningRate());
                    assertUsable();
                    feed.receive(x, rows);
                    feed.submit();
                }));
    }

    @Test
    default void failuresOfTheOperationsComeOut() {
        UnsupportedOperationException failure = new UnsupportedOperationException("mine");
        DeviceFloats x = backend().allocate(4);
        assertSame(failure, assertThrows(UnsupportedOperationException.class, () -> {
            try (Recording recording = backend().record(() -> {
                backend().fill(x, 1);
                throw failure;
            })) {
                recording.replay();
            }
        }));
        assertUsable();
    }

    @Test
    default void wrongArgumentsAreRefusedInRecordings() {
        DeviceFloats x = backend().allocate(4);
        assertThrows(IllegalArgumentException.class, () -> {
            try (Recording recording = backend().record(() -> backend().copy(x, x))) {
                recording.replay();
            }
        });
        assertThrows(IllegalArgumentException.class, () -> backend().record(null));
        assertUsable();
    }

    @Test
    default void closedRecordingsAreRefused() {
        DeviceFloats x = backend().allocate(4);
        Recording recording = backend().record(() -> backend().fill(x, 1));
        recording.replay();
        recording.close();
        recording.close();
        assertThrows(IllegalStateException.class, recording::replay);
        assertArrayEquals(new float[] {1, 1, 1, 1}, backend().download(x));
        assertUsable();
    }

    @Test
    default void recordingsOfClosedBuffersAreRefused() {
        DeviceFloats x = backend().allocate(4);
        DeviceFloats y = backend().allocate(4);
        DeviceInts rows = backend().allocateInts(1);
        DeviceFloats part = y.slice(1, 2);
        try (Recording filling = backend().record(() -> backend().fill(part, 1));
                Recording gathering = backend().record(() -> backend().gatherRows(1, 1, x, rows, part))) {
            filling.replay();
            gathering.replay();
            rows.close();
            filling.replay();
            assertThrows(IllegalStateException.class, gathering::replay);
            y.close();
            // What lay there may be another's now.
            DeviceFloats other = backend().allocate(4);
            assertThrows(IllegalStateException.class, filling::replay);
            assertArrayEquals(new float[4], backend().download(other));
        }
        assertUsable();
    }
}
