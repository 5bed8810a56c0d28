package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Timers tell how long the device took; no test relies on how fast it is. */
public interface TimerContract extends BackendFixture {
    @Test
    default void timersTellAtLeastTheTimeThatPassed() throws InterruptedException {
        DeviceFloats x = backend().memory().allocate(1000);
        try (DeviceTimer timer = backend().memory().newTimer()) {
            for (int k = 0; k < 2; k++) {
                backend().synchronize();
                long before = System.nanoTime();
                timer.start();
                backend().synchronize();
                backend().vectors().fill(x, k);
                Thread.sleep(20);
                timer.stop();
                long elapsed = timer.elapsedNanos();
                long most = System.nanoTime() - before;
                // Two clocks, and a resolution: allow them a millisecond.
                assertTrue(elapsed > 18_000_000, "elapsed=" + elapsed);
                assertTrue(elapsed < most + 1_000_000, "elapsed=" + elapsed + ", most=" + most);
            }
        }
    }

    @Test
    default void timersAreStartedThenStoppedThenRead() {
        DeviceTimer timer = backend().memory().newTimer();
        assertThrows(IllegalStateException.class, timer::stop);
        assertThrows(IllegalStateException.class, timer::elapsedNanos);
        timer.start();
        assertThrows(IllegalStateException.class, timer::elapsedNanos);
        timer.stop();
        assertTrue(timer.elapsedNanos() >= 0);
        timer.start();
        assertThrows(IllegalStateException.class, timer::elapsedNanos);
        timer.close();
        timer.close();
        assertThrows(IllegalStateException.class, timer::start);
        assertThrows(IllegalStateException.class, timer::stop);
        assertThrows(IllegalStateException.class, timer::elapsedNanos);
    }

    @Test
    default void severalTimersDoNotAffectEachOther() {
        try (DeviceTimer outer = backend().memory().newTimer();
                DeviceTimer inner = backend().memory().newTimer()) {
            outer.start();
            inner.start();
            backend().vectors().fill(backend().memory().allocate(1000), 1);
            inner.stop();
            outer.stop();
            assertTrue(outer.elapsedNanos() >= inner.elapsedNanos());
        }
    }
}
