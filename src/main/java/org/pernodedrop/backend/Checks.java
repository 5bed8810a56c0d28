package org.pernodedrop.backend;

/** The checks that the seam's public methods share; messages name the rule, the argument and its value. */
final class Checks {
    /** Elements of a cuRAND stream before its counter would wrap. */
    private static final long STREAM_LENGTH = 1L << 50;

    private Checks() {}

    static <T> T notNull(String name, T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }

    static long atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
        return value;
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
        if (a.overlaps(b)) {
            throw new IllegalArgumentException(name + " and " + otherName + " must not overlap; use separate buffers");
        }
    }

    static void distinct(String name, DeviceInts a, String otherName, DeviceInts b) {
        if (a.overlaps(b)) {
            throw new IllegalArgumentException(name + " and " + otherName + " must not overlap; use separate buffers");
        }
    }

    static void distinctOrSame(String name, DeviceFloats a, String otherName, DeviceFloats b) {
        if (a.overlaps(b) && !a.startsAt(b)) {
            throw new IllegalArgumentException(name + " and " + otherName
                    + " must be the same buffer or not overlap at all; use one buffer or separate ones");
        }
    }

    static void window(String name, int available, int offset, long length) {
        if (offset < 0 || offset > available - length) {
            throw new IllegalArgumentException(name + " does not hold the elements asked for: " + name + ".length="
                    + available + ", offset=" + offset + ", needed=" + length);
        }
    }

    static void streamWindow(long first, long length) {
        if (first < 0 || first > STREAM_LENGTH - length) {
            throw new IllegalArgumentException(
                    "first must be at least 0, and first + length at most 2^50: first=" + first + ", length=" + length);
        }
    }
}
