package org.pernodedrop.backend.cpu;

import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/**
 * Chooses between the twins of {@link ConnectionTiles}: the Vector API where its module is there, else plain Java. The
 * system property {@value #PROPERTY} ({@code simd} or {@code plain}) demands one.
 */
final class ConnectionTwins {
    /** System property that demands a twin. */
    static final String PROPERTY = "pernodedrop.cpu.tiles";

    private static final String SIMD_CLASS = "org.pernodedrop.backend.cpu.SimdConnectionTiles";

    private ConnectionTwins() {}

    /** The twin for this JVM. */
    static ConnectionTiles choose() {
        String wanted = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
        return switch (wanted) {
            case "plain" -> new PlainConnectionTiles();
            case "simd" -> {
                if (!simdAvailable()) {
                    throw new IllegalStateException(PROPERTY + "=simd needs the Vector API; start java with"
                            + " --add-modules jdk.incubator.vector");
                }
                yield simd();
            }
            case "" -> simdAvailable() ? simd() : new PlainConnectionTiles();
            default ->
                throw new IllegalArgumentException(PROPERTY + " must be simd or plain: " + PROPERTY + "=" + wanted);
        };
    }

    /** Whether the Vector API's module was resolved at start-up; only then the compiler knows its operations. */
    static boolean simdAvailable() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** The twin in the Vector API. Loaded by name, as its class cannot be linked without the module. */
    static ConnectionTiles simd() {
        try {
            return (ConnectionTiles)
                    Class.forName(SIMD_CLASS).getDeclaredConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the Vector API twin failed to start: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the Vector API twin is missing from this build: " + e, e);
        }
    }
}
