package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.cpu.CpuBackend;

class SelfCheckTest {
    @ParameterizedTest
    @EnumSource
    void theCpuPasses(SelfCheck check) {
        try (Backend cpu = new CpuBackend(2)) {
            assertEquals(Optional.empty(), check.run(cpu));
            assertEquals(0, cpu.memory().use().used(), "buffers are left open");
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongResultsAreNoticed(SelfCheck check) {
        try (Backend cpu = new CpuBackend(1);
                Backend wrong = new WrongBackend(cpu)) {
            String difference = check.run(wrong).orElseThrow();
            assertTrue(difference.matches("(.*: )?value \\d+ is \\S+ and should be \\S+"), difference);
            assertEquals(0, cpu.memory().use().used(), "buffers are left open");
        }
    }

    /** Gets the last value of everything wrong, by its least significant bits. */
    private static final class WrongBackend extends WatchedBackend {
        private WrongBackend(Backend device) {
            super(device);
        }

        @Override
        protected void downloaded(float[] to, int offset, int length) {
            int last = offset + length - 1;
            to[last] = Float.intBitsToFloat(Float.floatToRawIntBits(to[last]) ^ 0xFFF);
        }
    }
}
