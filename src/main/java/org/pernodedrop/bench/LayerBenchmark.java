package org.pernodedrop.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.mask.MaskSpec;

/**
 * Compares one layer in all {@link Kind}s: checks its results, warms up, then times.
 *
 * <p>Rounds are interleaved: one repetition of each kind after the other, so that a change of the machine's pace meets
 * all of them. The PerNodeDrop layer comes right after the stored mask, which has emptied the caches. Every repetition
 * has a new step and so a new mask.
 */
public final class LayerBenchmark {
    /** Fewest repetitions that a median is taken of. */
    public static final int LEAST_REPETITIONS = 15;

    private static final long SEED = 1;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Backend backend;
    private final int threads;
    private final MatrixPrecision precision;
    private final double seconds;
    private final Consumer<String> notice;

    /**
     * A benchmark on a backend.
     *
     * @param threads threads on the CPU, for the record
     * @param precision of the backend's matrix products
     * @param seconds time for each kind to warm up, and again to be timed; above 0
     * @param notice told in one line what was checked and what was left out
     */
    public LayerBenchmark(
            Backend backend, int threads, MatrixPrecision precision, double seconds, Consumer<String> notice) {
        if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("seconds must be above 0 and finite: seconds=" + seconds);
        }
        this.backend = backend;
        this.threads = threads;
        this.precision = precision;
        this.seconds = seconds;
        this.notice = notice;
    }

    /**
     * Compares the kinds at one shape; the stored mask is left out, with a notice, where it would need more than 1 GiB, and
     * on other devices than the CPU.
     *
     * @param spec of connection granularity, not fixed
     * @return one measurement a kind
     * @throws IllegalStateException if the PerNodeDrop layer's results are wrong
     */
    public List<Measurement> run(LayerShape shape, MaskSpec spec) {
        String title =
                shape + ", " + spec.noise() + ", drop rate " + spec.rate().requested();
        try (StepState state = backend.newStepState(SEED)) {
            LayerMask mask = new LayerMask(spec, 0, state);
            check(title, shape, mask);
            try (LayerBuffers buffers = new LayerBuffers(backend, shape)) {
                List<LayerPass> passes = passes(title, buffers, mask);
                rounds(passes, state);
                Map<LayerPass, PassTimes> times = rounds(passes, state);
                return passes.stream()
                        .map(pass -> measurement(shape, spec, pass, times.get(pass)))
                        .toList();
            }
        }
    }

    private void check(String title, LayerShape shape, LayerMask mask) {
        int samples = Materialization.fittingSamples(shape);
        if (samples == 0) {
            notice.accept(title + ": not checked, not even one sample's mask fits into 1 GiB");
            return;
        }
        double difference = ResultCheck.run(backend, precision, shape.withSamples(samples), mask);
        notice.accept(String.format(
                Locale.ROOT,
                "%s: checked on %d samples, largest relative difference %.1e",
                title,
                samples,
                difference));
    }

    private List<LayerPass> passes(String title, LayerBuffers buffers, LayerMask mask) {
        List<LayerPass> passes = new ArrayList<>();
        passes.add(new PerNodeDropPass(buffers, mask));
        passes.add(new DensePass(buffers));
        if (!backend.device().equals(Device.CPU.toString())) {
            notice.accept(title + ": materialized is left out, its loops run on the host and would say nothing of "
                    + backend.device());
        } else if (Materialization.fits(buffers.shape)) {
            passes.add(new MaterializedPass(buffers, mask));
        } else {
            notice.accept(title + ": materialized is left out, its mask needs more than 1 GiB");
        }
        return passes;
    }

    /**
     * Rounds until the time is over, and at least {@link #LEAST_REPETITIONS}. Every other round goes backwards, so that no
     * kind always meets the caches that the stored mask has just emptied.
     */
    private Map<LayerPass, PassTimes> rounds(List<LayerPass> passes, StepState state) {
        Map<LayerPass, PassTimes> times = new LinkedHashMap<>();
        passes.forEach(pass -> times.put(pass, new PassTimes()));
        double limit = seconds * passes.size() * NANOS_PER_SECOND;
        List<LayerPass> order = new ArrayList<>(passes);
        long start = System.nanoTime();
        for (int round = 0; round < LEAST_REPETITIONS || System.nanoTime() - start < limit; round++) {
            for (LayerPass pass : order) {
                backend.advance(state);
                times.get(pass).repeat(backend, pass);
            }
            Collections.reverse(order);
        }
        return times;
    }

    private Measurement measurement(LayerShape shape, MaskSpec spec, LayerPass pass, PassTimes times) {
        return new Measurement(
                pass.kind().toString(),
                backend.device(),
                spec.noise().toString(),
                shape.samples(),
                shape.inputs(),
                shape.outputs(),
                spec.rate().requested(),
                spec.effectiveDropRate(),
                spec.noise().usesBits() ? spec.rate().planes() : 0,
                times.forwardMs(),
                times.backwardMs(),
                times.totalMs(),
                pass.maskBytes(),
                threads,
                Runtime.version().toString(),
                backend.describe());
    }
}
