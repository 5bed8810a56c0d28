package org.pernodedrop.backend;

/** Initial values from cuRAND's streams, as {@link org.pernodedrop.mask.CurandStream} defines them. */
public abstract class RandomFills extends BackendTheme {
    /** Elements of a cuRAND stream before its counter would wrap. */
    private static final long STREAM_LENGTH = 1L << 50;

    protected RandomFills(KernelRunner runner) {
        super(runner);
    }

    /**
     * Uniforms in {@code (low, high]}: elements {@code first, first + 1, ...} of cuRAND's stream of the seed ({@link
     * org.pernodedrop.mask.CurandStream}), times {@code high - low}, rounded, plus {@code low}; the same bits on every
     * device.
     */
    public final void uniform(long seed, long first, float low, float high, DeviceFloats x) {
        holds("x", x, 1);
        streamWindow(first, x.length());
        if (!(low < high && Float.isFinite(high - low))) {
            throw new IllegalArgumentException(
                    "low must be below high, and both finite: low=" + low + ", high=" + high);
        }
        run(() -> uniformKernel(seed, first, low, high, x));
    }

    /** Computes {@link #uniform}. */
    protected abstract void uniformKernel(long seed, long first, float low, float high, DeviceFloats x);

    /** Normals: elements of cuRAND's stream as for {@link #uniform}; devices agree within 1e-5 deviations. */
    public final void normal(long seed, long first, float mean, float deviation, DeviceFloats x) {
        holds("x", x, 1);
        streamWindow(first, x.length());
        if (!(deviation > 0 && Float.isFinite(deviation) && Float.isFinite(mean))) {
            throw new IllegalArgumentException(
                    "mean must be finite and deviation finite and above 0: mean=" + mean + ", deviation=" + deviation);
        }
        run(() -> normalKernel(seed, first, mean, deviation, x));
    }

    /** Computes {@link #normal}. */
    protected abstract void normalKernel(long seed, long first, float mean, float deviation, DeviceFloats x);

    private static void streamWindow(long first, long length) {
        if (first < 0 || first > STREAM_LENGTH - length) {
            throw new IllegalArgumentException(
                    "first must be at least 0, and first + length at most 2^50: first=" + first + ", length=" + length);
        }
    }
}
