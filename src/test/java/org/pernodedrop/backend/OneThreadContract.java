package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A backend serves one thread at a time, and refuses others; {@link Closing} is how it ends. */
public interface OneThreadContract extends BackendFixture {
    @Test
    default void otherThreadsAreRefusedWhileAnOperationIsUnderWay() throws Exception {
        DeviceFloats x = backend().memory().allocate(4);
        StepState state = backend().memory().newStepState(1);
        LossAccumulator totals = backend().memory().newLossAccumulator();
        BatchFeed feed = backend().memory().newBatchFeed(4, 1);
        DeviceTimer timer = backend().memory().newTimer();
        CapturedGraph graph = backend().capture(() -> backend().vectors().fill(x, 2));
        List<Executable> calls = List.of(
                () -> backend().vectors().fill(x, 1),
                () -> backend().memory().allocate(1),
                () -> backend().memory().download(x),
                () -> backend().memory().newStepState(1),
                () -> backend().optimizers().advance(state),
                () -> backend().synchronize(),
                () -> backend().capture(() -> {}),
                () -> backend().alone(() -> {}),
                () -> backend().giveBack(() -> {}),
                () -> state.setStep(3),
                () -> state.setLearningRate(1),
                totals::read,
                totals::reset,
                feed::features,
                feed::submit,
                feed::close,
                timer::start,
                timer::close,
                graph::replay,
                graph::close);
        backend().alone(() -> {
            backend().vectors().fill(x, 7);
            for (Executable call : calls) {
                Throwable thrown = thrownBy(call);
                assertTrue(thrown instanceof IllegalStateException, String.valueOf(thrown));
                assertEquals(
                        "a backend serves one thread at a time; open one backend a thread, or call it when the other"
                                + " thread's operation has ended: thread=another, thread in an operation="
                                + Thread.currentThread().getName(),
                        thrown.getMessage());
            }
            assertEquals(7f, backend().memory().download(x)[3], "the operation under way was not affected");
        });
        assertEquals(0, state.step());
        for (Executable call : calls) {
            assertSame(null, thrownBy(call), "threads may follow one another");
        }
        assertEquals(3, state.step());
    }

    @Test
    default void failuresEndTheirOperation() throws Exception {
        assertThrows(ArithmeticException.class, () -> backend().alone(() -> {
            throw new ArithmeticException("of the caller");
        }));
        assertThrows(AssertionError.class, () -> backend()
                .capture(() -> {
                    throw new AssertionError("of the caller");
                })
                .replay());
        assertThrows(IllegalArgumentException.class, () -> backend().memory().allocate(0));
        assertSame(null, thrownBy(() -> backend().memory().allocate(1)));
    }

    @Test
    default void anOperationCannotCloseItsBackend() {
        assertThrows(IllegalStateException.class, () -> backend()
                .alone(() -> backend().close()));
        assertThrows(
                IllegalStateException.class,
                () -> backend().capture(() -> backend().close()).replay());
        backend().memory().allocate(1).close();
    }

    private static Throwable thrownBy(Executable call) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        call.execute();
                    } catch (Throwable failure) {
                        thrown.set(failure);
                    }
                },
                "another");
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertFalse(thread.isAlive());
        return thrown.get();
    }
}
