package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UninterruptedTest {
    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    @Test
    void theWorkKnowsNothingOfAnInterruptThatTheCallerKeeps() {
        Thread.currentThread().interrupt();
        boolean told = Uninterrupted.get(() -> Thread.currentThread().isInterrupted());
        assertEquals(false, told);
        assertTrue(Thread.interrupted());
    }

    @Test
    void anInterruptWhileItWaitsDoesNotEndTheWork() {
        Thread caller = Thread.currentThread();
        CountDownLatch never = new CountDownLatch(1);
        String done = Uninterrupted.get(() -> {
            caller.interrupt();
            try {
                // Time for the caller to stop waiting, if the interrupt did that.
                never.await(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return "broken off";
            }
            return "done";
        });
        assertEquals("done", done);
        assertTrue(Thread.interrupted());
    }

    @Test
    void whatTheWorkThrowsIsThrown() {
        IllegalStateException exception = new IllegalStateException("no");
        LinkageError error = new LinkageError("none");
        Supplier<String> failing = () -> {
            throw exception;
        };
        Supplier<String> erring = () -> {
            throw error;
        };
        assertSame(exception, assertThrows(IllegalStateException.class, () -> Uninterrupted.get(failing)));
        assertSame(error, assertThrows(LinkageError.class, () -> Uninterrupted.get(erring)));
    }
}
