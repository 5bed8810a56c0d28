package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.console.ConsoleLauncher;

/** The vector kernels turn bits into masks in two ways, one of which each machine picks: both pass their tests. */
@Tag("thorough")
class VectorMaskTest {
    private static final String TESTS = ".*\\.TilesTest";

    @ParameterizedTest
    @ValueSource(strings = {"registers", "table"})
    void bothWaysPass(String masks) {
        ForkedJava result = ForkedJava.run(
                List.of("-Dpernodedrop.cpu.masks=" + masks),
                Map.of(),
                ConsoleLauncher.class,
                "execute",
                "--scan-classpath=target/test-classes",
                "--include-classname=" + TESTS,
                "--fail-if-no-tests",
                "--details=none");
        assertEquals(0, result.code(), result.out() + result.err());
    }
}
