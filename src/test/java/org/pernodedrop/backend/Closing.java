package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A backend ends while another thread works on it: closing waits for the operation, whose further calls are refused. */
public final class Closing {
    /** Far more than any of it takes; whoever waits for ever is found by it. */
    private static final long LIMIT_MILLIS = 60_000;

    private Closing() {}

    /** Closes a backend while a thread is in an operation that never ends by itself. */
    public static void whileAnOperationIsUnderWay(Backend backend) throws InterruptedException {
        DeviceFloats x = backend.memory().allocate(100_000);
        work(
                backend,
                () -> backend.alone(() -> {
                    while (true) {
                        backend.vectors().fill(x, 1);
                    }
                }));
    }

    /** Closes a backend while a thread calls one operation after the other. */
    public static void betweenOperations(Backend backend) throws InterruptedException {
        DeviceFloats x = backend.memory().allocate(100_000);
        work(backend, () -> {
            while (true) {
                backend.vectors().fill(x, 1);
            }
        });
    }

    private static void work(Backend backend, Runnable operations) throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread working = new Thread(() -> {
            started.countDown();
            try {
                operations.run();
            } catch (RuntimeException | Error thrown) {
                ended.set(thrown);
            }
        });
        working.start();
        started.await();
        Thread.sleep(5);
        Thread.currentThread().interrupt();
        backend.close();
        assertTrue(Thread.interrupted(), "an interrupt is kept");
        working.join(LIMIT_MILLIS);
        assertFalse(working.isAlive());
        assertTrue(ended.get() instanceof IllegalStateException, String.valueOf(ended.get()));
        assertTrue(
                ended.get().getMessage().contains("was closed before its use"),
                ended.get().getMessage());
        String said = assertThrows(
                        IllegalStateException.class, () -> backend.memory().newLossAccumulator())
                .getMessage();
        assertTrue(said.contains("the backend was closed before its use"), said);
        backend.close();
    }
}
