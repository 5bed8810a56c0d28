package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.connectionGranularity;
import static org.pernodedrop.kernels.Arguments.notNull;
import static org.pernodedrop.kernels.Arguments.sampleWindow;

/**
 * Operations of a {@link Backend} on one theme. In every theme the public method checks its arguments and then runs the
 * device's kernel, the protected method of the same name and {@code Kernel}. Kernels trust sizes, ranges and overlaps; what
 * only the device can know they check themselves: buffers, states and accumulators of another backend, and states and
 * accumulators that were closed.
 */
public abstract class BackendTheme {
    final KernelRunner runner;

    BackendTheme(KernelRunner runner) {
        this.runner = runner;
    }

    final void run(Runnable kernel) {
        runner.run(kernel);
    }

    /** Runs a kernel that draws a mask; a fixed one depends on no step. */
    final void run(LayerMask mask, Runnable kernel) {
        if (mask.spec().fixed()) {
            runner.run(kernel);
        } else {
            runner.run(mask.state(), 0, kernel);
        }
    }

    /** {@code a b} for a, b of at least 0, or the largest long if that is too small for it: more than any buffer holds. */
    static long elements(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }

    static void holds(String name, DeviceBuffer buffer, long needed) {
        notNull(name, buffer);
        if (buffer.isClosed()) {
            throw new IllegalStateException(name + " was closed before its use");
        }
        if (buffer.length() < needed) {
            throw new IllegalArgumentException(
                    name + " is too small: " + name + ".length=" + buffer.length() + ", needed=" + needed);
        }
    }

    static void equalLengths(String name, DeviceBuffer a, String otherName, DeviceBuffer b) {
        holds(otherName, b, 1);
        if (a.length() != b.length()) {
            throw new IllegalArgumentException(name + " and " + otherName + " must have equal lengths: " + name
                    + ".length=" + a.length() + ", " + otherName + ".length=" + b.length());
        }
    }

    static void distinct(String name, DeviceFloats a, String otherName, DeviceFloats b) {
        requireApart(a.overlaps(b), name, otherName);
    }

    static void distinct(String name, DeviceInts a, String otherName, DeviceInts b) {
        requireApart(a.overlaps(b), name, otherName);
    }

    private static void requireApart(boolean overlap, String name, String otherName) {
        if (overlap) {
            throw new IllegalArgumentException(name + " and " + otherName + " must not overlap; use separate buffers");
        }
    }

    static void distinctOrSame(String name, DeviceFloats a, String otherName, DeviceFloats b) {
        if (a.overlaps(b) && !a.startsAt(b)) {
            throw new IllegalArgumentException(name + " and " + otherName
                    + " must be the same buffer or not overlap at all; use one buffer or separate ones");
        }
    }

    /** Refuses rows of a mask that do not exist. */
    static void checkSamples(LayerMask mask, int firstSample, int samples, int outputs) {
        notNull("mask", mask);
        atLeastOne("samples", samples);
        atLeastOne("outputs", outputs);
        sampleWindow(firstSample, samples);
    }

    static void checkConnectionGranularity(LayerMask mask) {
        connectionGranularity(mask.spec());
    }
}
