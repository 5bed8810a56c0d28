package org.pernodedrop.bench;

/** How large a mask may be that is kept in memory. */
final class Materialization {
    /** 1 GiB of floats. */
    static final long LIMIT_FLOATS = 1L << 28;

    private Materialization() {}

    /** {@code B I U}; the largest long where it is out of range. */
    static long floats(LayerShape shape) {
        long connections = shape.connections();
        return connections > Long.MAX_VALUE / shape.samples() ? Long.MAX_VALUE : connections * shape.samples();
    }

    static boolean fits(LayerShape shape) {
        return floats(shape) <= LIMIT_FLOATS;
    }

    /** How many samples of a shape fit; 0 if not even one does. */
    static int fittingSamples(LayerShape shape) {
        return (int) Math.min(shape.samples(), LIMIT_FLOATS / shape.connections());
    }
}
