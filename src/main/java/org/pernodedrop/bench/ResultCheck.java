package org.pernodedrop.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MatrixPrecision;

/** Compares the fused layer with the one that stores the same mask, before anything is timed. */
final class ResultCheck {
    /** Largest difference allowed, relative to the largest value of its array: sums differ in their order only. */
    static final double TOLERANCE = 1e-4;

    /** The same where the stored mask's factors are rounded to 10 bits: some times the error of a product, 2^-10. */
    static final double TF32_TOLERANCE = 5e-3;

    private ResultCheck() {}

    /**
     * The largest relative difference over y, dx, dw and db.
     *
     * @throws IllegalStateException if it is above {@link #TOLERANCE} or {@link #TF32_TOLERANCE}
     */
    static double run(Backend backend, MatrixPrecision precision, LayerShape shape, LayerMask mask) {
        try (LayerBuffers fused = new LayerBuffers(backend, shape);
                LayerBuffers stored = new LayerBuffers(backend, shape)) {
            Map<String, float[]> actual = results(fused, new PerNodeDropPass(fused, mask));
            Map<String, float[]> expected = results(stored, new MaterializedPass(stored, mask));
            double tolerance = precision == MatrixPrecision.TF32 ? TF32_TOLERANCE : TOLERANCE;
            double worst = 0;
            for (String name : actual.keySet()) {
                double difference = relativeDifference(actual.get(name), expected.get(name));
                if (!(difference <= tolerance)) {
                    throw new IllegalStateException("the PerNodeDrop layer is wrong, so nothing is timed: " + name
                            + " differs by " + difference + " of its largest value, at most " + tolerance
                            + " is allowed: shape=" + shape + ", mask=" + mask.spec());
                }
                worst = Math.max(worst, difference);
            }
            return worst;
        }
    }

    private static Map<String, float[]> results(LayerBuffers buffers, LayerPass pass) {
        pass.forward();
        pass.backward();
        Map<String, float[]> results = new LinkedHashMap<>();
        results.put("y", buffers.backend.download(buffers.y));
        results.put("dx", buffers.backend.download(buffers.dx));
        results.put("dw", buffers.backend.download(buffers.dw));
        results.put("db", buffers.backend.download(buffers.db));
        return results;
    }

    /** {@code max |a - b| / max |b|}; the difference itself where b is all zero. */
    static double relativeDifference(float[] actual, float[] expected) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double distance = Math.abs((double) actual[i] - expected[i]);
            // A NaN must not vanish in a maximum.
            difference = Double.isNaN(distance) ? Double.NaN : Math.max(difference, distance);
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return largest == 0 ? difference : difference / largest;
    }
}
