package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.strategy.Strategy;

/**
 * Compares all implementations of one layer: checks their results, warms up, then times them.
 *
 * <p>Rounds are interleaved: each round runs every implementation once, in alternating order, so that a change of the
 * clock rate affects all of them. Every repetition advances the step and so draws a new mask. On a GPU the L2 cache is
 * overwritten before each pass, and events in the stream measure the time.
 */
public final class LayerBenchmark {
    /** Minimum number of repetitions of a median. */
    public static final int MIN_REPETITIONS = 15;

    /** Maximum number of repetitions. */
    public static final int MAX_REPETITIONS = 1000;

    /** Steps up to this duration are also replayed as captured graphs, because launch overhead matters for them. */
    private static final double LONGEST_GRAPH_MICROS = 500;

    private static final int WARM_UPS = 3;
    private static final int GRAPH_TRIES = 5;
    private static final double GRAPH_MICROS = 20_000;
    private static final int MIN_REPLAYS = 10;
    private static final long SEED = 1;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Backend backend;
    private final BackendOptions options;
    private final RunRow run;
    private final Consumer<String> notice;
    private final List<String> wrong = new ArrayList<>();

    /**
     * Creates a benchmark on an open backend.
     *
     * @param options that it was opened with
     * @param run names the peaks, and how long each way is warmed up and again timed
     * @param notice told in one line what was checked and what was left out
     */
    public LayerBenchmark(Backend backend, BackendOptions options, RunRow run, Consumer<String> notice) {
        this.backend = backend;
        this.options = options;
        this.run = run;
        this.notice = notice;
    }

    /**
     * Compares implementations at one shape. A strategy that refuses the mask or the shape, runs out of memory, or
     * computes a wrong result is left out with a notice; so is a shape whose buffers do not fit.
     *
     * @param spec of connection granularity, not fixed; the dropout beside it has the same noise and rate
     * @param strategies beside the dense layer and dropout
     * @return a row each
     */
    public List<LayerRow> run(ConnectionShape shape, MaskSpec spec, List<Strategy> strategies) {
        String title = ShapeText.of(shape) + ", " + spec.noise() + ", drop rate "
                + spec.rate().requested();
        try {
            return compare(title, shape, spec, strategies);
        } catch (IllegalArgumentException | OutOfDeviceMemoryException refusal) {
            notice.accept(title + ": left out: " + refusal.getMessage());
            return List.of();
        }
    }

    private List<LayerRow> compare(String title, ConnectionShape shape, MaskSpec spec, List<Strategy> strategies) {
        List<TimedPass> passes = new ArrayList<>();
        try (StepState state = backend.memory().newStepState(SEED);
                LayerBuffers buffers = new LayerBuffers(backend, shape);
                PassTimes.CacheFlush flush = new PassTimes.CacheFlush(backend);
                DeviceTimer first = backend.memory().newTimer();
                DeviceTimer second = backend.memory().newTimer()) {
            Map<TimedPass, Double> errors = new LinkedHashMap<>();
            candidates(buffers, state, spec, strategies).forEach((name, make) -> {
                TimedPass pass = checked(title, name, buffers, make, errors);
                if (pass != null) {
                    passes.add(pass);
                }
            });
            tellChecked(title, errors);
            PassTimes.Clock clock = new PassTimes.Clock(flush, first, second);
            List<TimedPass> order = new ArrayList<>(passes);
            rounds(order, state, clock, WARM_UPS);
            Map<TimedPass, PassTimes> times = rounds(order, state, clock, MIN_REPETITIONS);
            List<LayerRow> rows = new ArrayList<>();
            for (TimedPass pass : passes) {
                PassTimes taken = times.get(pass);
                Double graph = graphMicros(pass, state, taken.total().median(), first);
                rows.add(row(shape, spec, pass, errors.get(pass), taken, graph));
            }
            return rows;
        } finally {
            passes.forEach(TimedPass::close);
        }
    }

    /** One line for each implementation that was left out because its results were wrong. */
    public List<String> wrong() {
        return List.copyOf(wrong);
    }

    private Map<String, Supplier<TimedPass>> candidates(
            LayerBuffers buffers, StepState state, MaskSpec spec, List<Strategy> strategies) {
        Precision matrices = ProductPrecision.ofMatrices(backend, options);
        LayerMask nodes = new LayerMask(new MaskSpec(spec.noise(), Granularity.NODE, spec.rate(), false), 0, state);
        LayerMask mask = new LayerMask(spec, 0, state);
        Map<String, Supplier<TimedPass>> candidates = new LinkedHashMap<>();
        candidates.put(LayerRow.DENSE, () -> new TimedPass.Dense(buffers, matrices, null));
        candidates.put(LayerRow.NODE, () -> new TimedPass.Dense(buffers, matrices, nodes));
        for (Strategy strategy : strategies) {
            Precision precision = ProductPrecision.of(strategy, buffers.shape, backend, options);
            candidates.put(strategy.toString(), () -> new TimedPass.Masked(buffers, precision, strategy, mask));
        }
        return candidates;
    }

    /** Creates a pass and checks its results; null if it refuses the mask or shape, does not fit, or is wrong. */
    private TimedPass checked(
            String title, String name, LayerBuffers buffers, Supplier<TimedPass> make, Map<TimedPass, Double> errors) {
        TimedPass pass = null;
        boolean right = false;
        try {
            pass = make.get();
            pass.forward();
            pass.backward();
            backend.synchronize();
            errors.put(pass, pass.check(new ResultCheck(buffers)));
            right = true;
            return pass;
        } catch (IllegalArgumentException | OutOfDeviceMemoryException refusal) {
            notice.accept(title + ": " + name + " is left out: " + refusal.getMessage());
        } catch (ResultCheck.WrongResultException failure) {
            wrong.add(failure.getMessage());
            notice.accept("WRONG: " + failure.getMessage());
        } finally {
            if (pass != null && !right) {
                pass.close();
            }
        }
        return null;
    }

    private void tellChecked(String title, Map<TimedPass, Double> errors) {
        List<String> parts = new ArrayList<>();
        errors.forEach((pass, error) -> parts.add(String.format(Locale.ROOT, "%s %.1e", pass.name(), error)));
        notice.accept(title + ": checked, largest relative errors: " + String.join(", ", parts));
    }

    /**
     * Interleaved repetitions of all passes, until the time limit or the maximum number of repetitions is reached.
     *
     * @param order of the first round; reversed after each
     */
    private Map<TimedPass, PassTimes> rounds(List<TimedPass> order, StepState state, PassTimes.Clock clock, int least) {
        Map<TimedPass, PassTimes> times = new LinkedHashMap<>();
        order.forEach(pass -> times.put(pass, new PassTimes()));
        double limit = run.seconds() * order.size() * NANOS_PER_SECOND;
        long start = System.nanoTime();
        for (int round = 0; round < least || round < MAX_REPETITIONS && System.nanoTime() - start < limit; round++) {
            for (TimedPass pass : order) {
                backend.optimizers().advance(state);
                times.get(pass).repeat(pass, clock);
            }
            Collections.reverse(order);
        }
        return times;
    }

    private Double graphMicros(TimedPass pass, StepState state, double totalMicros, DeviceTimer timer) {
        if (totalMicros > LONGEST_GRAPH_MICROS) {
            return null;
        }
        int replays = (int) Math.max(MIN_REPLAYS, GRAPH_MICROS / Math.max(totalMicros, 1));
        List<Long> nanos = new ArrayList<>();
        try (CapturedGraph step = backend.capture(() -> {
            backend.optimizers().advance(state);
            pass.forward();
            pass.backward();
        })) {
            step.replay();
            for (int trial = 0; trial < GRAPH_TRIES; trial++) {
                timer.start();
                for (int replay = 0; replay < replays; replay++) {
                    step.replay();
                }
                timer.stop();
                nanos.add(timer.elapsedNanos());
            }
        }
        return Quartiles.ofNanos(nanos).median() / replays;
    }

    private LayerRow row(
            ConnectionShape shape, MaskSpec spec, TimedPass pass, double error, PassTimes times, Double graph) {
        double micros = times.total().median();
        Peaks peaks = run.peaks();
        return new LayerRow(
                run.run(),
                LayerRow.Sizes.of(shape),
                LayerRow.Mask.of(spec),
                pass.name(),
                pass.precision().toString(),
                error,
                new LayerRow.Times(times.repetitions(), times.forward(), times.backward(), times.total(), graph),
                LayerRow.Work.of(
                        shape, pass.maskBytes(), micros, peaks.maddsPerSecond(pass.precision()), peaks.bandwidth()));
    }
}
