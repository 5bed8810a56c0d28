package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;

/** A buffer that lies inside a larger one, to prove that offsets are heeded and nothing outside is written. */
public final class Guarded {
    private static final int BEFORE = 5;
    private static final int AFTER = 3;
    private static final float GUARD = -12345.5f;

    private final Backend backend;
    private final DeviceFloats whole;
    private final int length;

    /** The buffer itself. */
    public final DeviceFloats buffer;

    /** A guarded buffer with these contents. */
    public Guarded(Backend backend, float[] values) {
        this.backend = backend;
        this.length = values.length;
        this.whole = backend.memory().allocate(BEFORE + length + AFTER);
        backend.vectors().fill(whole, GUARD);
        this.buffer = whole.slice(BEFORE, length);
        backend.memory().upload(values, 0, buffer);
    }

    /** A guarded buffer full of NaN, for outputs that must not be read. */
    public Guarded(Backend backend, int length) {
        this(backend, filled(length));
    }

    /** The contents; fails if anything around them was written. */
    public float[] read() {
        float[] all = backend.memory().download(whole);
        for (int k = 0; k < all.length; k++) {
            if (k < BEFORE || k >= BEFORE + length) {
                assertEquals(GUARD, all[k], "written outside the buffer, at " + (k - BEFORE));
            }
        }
        return Arrays.copyOfRange(all, BEFORE, BEFORE + length);
    }

    private static float[] filled(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return values;
    }
}
