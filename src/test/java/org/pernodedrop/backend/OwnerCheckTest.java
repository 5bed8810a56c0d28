package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnerCheckTest {
    private static final long SHORT_NANOS = 20_000_000;

    private final OwnerCheck check = new OwnerCheck("toy", "take another", SHORT_NANOS);
    private final ExecutorService another = Executors.newSingleThreadExecutor(task -> new Thread(task, "another"));

    @AfterEach
    void close() {
        another.shutdown();
    }

    private String refusedThere(Runnable call) {
        try {
            return another.submit(() ->
                            assertThrows(IllegalStateException.class, call::run).getMessage())
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void callsWithinACallBelongToIt() throws Exception {
        String message = "a toy serves one thread at a time; take another: thread=another, thread in an operation="
                + Thread.currentThread().getName();
        check.run(() -> {
            check.run(() -> assertEquals(message, refusedThere(() -> check.run(() -> {}))));
            assertThrows(
                    ArithmeticException.class,
                    () -> check.run(() -> {
                        throw new ArithmeticException();
                    }));
            assertEquals(5, check.get(() -> 5));
            check.check();
            check.release(() -> {});
            assertEquals(message, refusedThere(check::check), "the outer call is not over");
            assertEquals(message, refusedThere(() -> check.release(() -> {})));
        });
        another.submit(() -> check.run(() -> {})).get();
        assertEquals(6, another.submit(() -> check.get(() -> 6)).get());
    }

    @Test
    void closingGivesBackOnceAndEndsCallsButNotGivingBack() throws Exception {
        AtomicInteger given = new AtomicInteger();
        check.close(() -> {
            check.run(() -> {});
            check.close(given::incrementAndGet);
            given.incrementAndGet();
        });
        check.close(given::incrementAndGet);
        another.submit(() -> check.close(given::incrementAndGet)).get();
        assertEquals(1, given.get());
        assertEquals("the toy was closed before its use", refusedThere(() -> check.run(() -> {})));
        assertThrows(IllegalStateException.class, () -> check.get(() -> 1));
        another.submit(() -> check.release(() -> {})).get();
    }

    @Test
    void aFailureToGiveBackIsToldOnceAndItIsClosed() {
        assertThrows(
                ArithmeticException.class,
                () -> check.close(() -> {
                    throw new ArithmeticException();
                }));
        check.close(() -> {
            throw new AssertionError();
        });
        assertEquals("the toy was closed before its use", refusedThere(() -> check.run(() -> {})));
    }

    @Test
    void noOneWaitsForEverForACallThatWaitsForTheClosing() throws Exception {
        check.run(() -> {
            String said = refusedThere(() -> check.close(() -> {}));
            assertTrue(said.startsWith("the toy cannot be closed while another thread's operation goes on"), said);
            assertThrows(IllegalStateException.class, () -> check.run(() -> {}), "calls are refused from then on");
        });
        AtomicInteger given = new AtomicInteger();
        another.submit(() -> check.close(given::incrementAndGet)).get();
        assertEquals(1, given.get());
    }

    @Test
    void whoClosesMeanwhileWaitsToo() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Future<?> first = another.submit(() -> check.close(() -> {
            closing.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        closing.await();
        Thread second = new Thread(() -> check.close(() -> {}));
        second.start();
        second.join(20);
        assertTrue(second.isAlive(), "everything is given back when closing returns");
        assertEquals(
                "the toy was closed before its use",
                assertThrows(IllegalStateException.class, () -> check.run(() -> {}))
                        .getMessage());
        end.countDown();
        first.get();
        second.join();
        assertFalse(second.isAlive());
    }
}
