package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads of a pool end when they should, and no caller is left waiting for them. */
class WorkerPoolTest {
    /** Far more than any of it takes; whoever waits for ever is found by it. */
    private static final long LIMIT_MILLIS = 60_000;

    @Test
    void aRunThatHasBegunIsServedWholeWhenThePoolIsClosed() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            WorkerPool pool = new WorkerPool(3);
            AtomicIntegerArray counts = new AtomicIntegerArray(8);
            CountDownLatch running = new CountDownLatch(1);
            AtomicReference<Throwable> ended = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                int runs = 0;
                try {
                    while (true) {
                        pool.run(8, (index, worker) -> counts.incrementAndGet(index));
                        runs++;
                        running.countDown();
                    }
                } catch (IllegalStateException closed) {
                    ended.set(closed);
                }
                for (int index = 0; index < 8; index++) {
                    if (counts.get(index) != runs) {
                        ended.set(new AssertionError("task " + index + ": " + counts.get(index) + " of " + runs));
                    }
                }
            });
            caller.start();
            running.await();
            pool.close();
            caller.join(LIMIT_MILLIS);
            assertFalse(caller.isAlive(), "round " + round);
            assertEquals(
                    "the worker threads were closed before their use",
                    ended.get().getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void threadsThatWereStartedEndWhenOthersCannotBe(int room) throws InterruptedException {
        List<Thread> started = new ArrayList<>();
        OutOfMemoryError full = new OutOfMemoryError("unable to create native thread");
        Throwable thrown = assertThrows(
                OutOfMemoryError.class,
                () -> new WorkerPool(8, thread -> {
                    if (started.size() == room) {
                        throw full;
                    }
                    started.add(thread);
                    thread.start();
                }));
        assertSame(full, thrown);
        assertEquals(room, started.size());
        for (Thread thread : started) {
            thread.join(LIMIT_MILLIS);
            assertFalse(thread.isAlive());
        }
    }

    @Test
    void failuresOfTasksReachTheCallerAndLeaveThePoolAsItWas() {
        try (WorkerPool pool = new WorkerPool(3)) {
            for (int failing = 0; failing < 20; failing++) {
                int last = failing;
                Error failure = new StackOverflowError("of task " + last);
                assertSame(
                        failure,
                        assertThrows(
                                StackOverflowError.class,
                                () -> pool.run(20, (index, worker) -> {
                                    if (index == last) {
                                        throw failure;
                                    }
                                })));
                AtomicIntegerArray counts = new AtomicIntegerArray(20);
                pool.run(20, (index, worker) -> counts.incrementAndGet(index));
                for (int index = 0; index < 20; index++) {
                    assertEquals(1, counts.get(index));
                }
            }
        }
    }

    @Test
    void aRunWithinARunIsRefused() {
        try (WorkerPool pool = new WorkerPool(2)) {
            String said = assertThrows(
                            IllegalStateException.class,
                            () -> pool.run(2, (index, worker) -> pool.run(2, (inner, of) -> {})))
                    .getMessage();
            assertTrue(said.startsWith("a run must have ended before the next one"), said);
            pool.run(2, (index, worker) -> {});
        }
    }
}
