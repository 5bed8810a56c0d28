package org.pernodedrop.kernels.cuda;

/**
 * How to launch a sequence kernel. This is {@code cuda/sequence_plan.h} in Java, which explains the model behind it: the
 * same plans in the same integers.
 *
 * @param tile that a block computes
 * @param tiles blocks along x of the grid
 * @param stretches blocks along y: parts that the sum over samples is split into, for
 *     {@code connection_backward_weight_sum} if more than one
 * @param stretch samples in a part
 * @param threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param partials floats of workspace for the parts' sums; 0 if there is one part
 * @param firstWords words of 32 bits that the first operand (x; dz in the gradient of the inputs) takes as
 *     {@link PtxModule#SEQUENCE_OPERANDS} makes it; 0 if the floats are taken as they lie
 * @param secondWords the same for the second operand (w; dz in the gradient of the weights)
 */
public record SequencePlan(
        SequenceTile tile,
        long tiles,
        int stretches,
        int stretch,
        int threads,
        int sharedBytes,
        long partials,
        long firstWords,
        long secondWords) {
    private static final long START_CLOCKS = 4000;
    private static final long SAMPLE_CLOCKS = 400;
    private static final long LAUNCH_CLOCKS = 8000;
    private static final long PARTIAL_BYTES_A_CLOCK = 1200;
    private static final long LARGEST_PARTIALS = 1L << 26;
    private static final int MOST_STRETCHES = 256;
    private static final int VECTOR = 4;

    /**
     * What a pass is over; each at least 1.
     *
     * @param samples B
     * @param positions of each sample, T
     * @param inputs I
     * @param outputs U
     */
    public record Shape(int samples, int positions, int inputs, int outputs) {
        public Shape {
            requirePositive("samples", samples);
            requirePositive("positions", positions);
            requirePositive("inputs", inputs);
            requirePositive("outputs", outputs);
        }
    }

    /**
     * The cheapest plan of a pass.
     *
     * @param aligned whether both operands lie at multiples of 16 bytes
     * @param sharedLimit bytes of dynamic shared memory that a block can be given at most; the small tile takes less
     *     than 64 KiB and is planned whatever the limit
     * @throws IllegalArgumentException if multiprocessors is below 1
     */
    public static SequencePlan of(
            ConnectionPass pass,
            SequencePrecision precision,
            Shape shape,
            boolean aligned,
            int multiprocessors,
            int sharedLimit) {
        requirePositive("multiprocessors", multiprocessors);
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        SequencePlan best = null;
        long bestClocks = Long.MAX_VALUE;
        for (SequenceTile tile : SequenceTile.values()) {
            if (tile == SequenceTile.LARGE && tile.shape(pass).sharedBytes() > sharedLimit) {
                continue;
            }
            for (int stretches = 1; stretches <= (weight ? MOST_STRETCHES : 1); stretches++) {
                SequencePlan plan = with(pass, precision, shape, aligned, tile, stretches);
                if (plan.stretches() == stretches && plan.partials() <= LARGEST_PARTIALS) {
                    long clocks = plan.clocks(pass, precision, shape, multiprocessors);
                    if (clocks < bestClocks) {
                        bestClocks = clocks;
                        best = plan;
                    }
                }
            }
        }
        return best;
    }

    /** A plan with this tile and at most so many stretches. */
    private static SequencePlan with(
            ConnectionPass pass,
            SequencePrecision precision,
            Shape shape,
            boolean aligned,
            SequenceTile tile,
            int mostStretches) {
        SequenceTile.Shape sizes = tile.shape(pass);
        long samples = shape.samples();
        long positions = shape.positions();
        long inputs = shape.inputs();
        long outputs = shape.outputs();
        boolean pairs = precision == SequencePrecision.BF16;
        boolean copiedInputs = pairs || !aligned || inputs % VECTOR != 0;
        boolean copiedOutputs = pairs || !aligned || outputs % VECTOR != 0;
        long stretch = samples;
        long tiles;
        long first;
        long second;
        switch (pass) {
            case FORWARD -> {
                tiles = samples * ceilDivide(positions, sizes.rows()) * ceilDivide(outputs, sizes.columns());
                first = copiedInputs ? samples * positions * padded(precision.words(inputs)) : 0;
                second = copiedOutputs ? precision.words(inputs) * padded(outputs) : 0;
            }
            case BACKWARD_INPUT -> {
                tiles = samples * ceilDivide(positions, sizes.rows()) * ceilDivide(inputs, sizes.columns());
                first = copiedOutputs ? samples * positions * padded(precision.words(outputs)) : 0;
                second = copiedOutputs ? inputs * padded(precision.words(outputs)) : 0;
            }
            default -> {
                stretch = ceilDivide(samples, Math.min(mostStretches, samples));
                tiles = ceilDivide(inputs, sizes.rows()) * ceilDivide(outputs, sizes.columns());
                first = copiedInputs ? samples * precision.words(positions) * padded(inputs) : 0;
                second = copiedOutputs ? samples * precision.words(positions) * padded(outputs) : 0;
            }
        }
        long stretches = ceilDivide(samples, stretch);
        return new SequencePlan(
                tile,
                tiles,
                (int) stretches,
                (int) stretch,
                sizes.threads(),
                sizes.sharedBytes(),
                stretches > 1 ? stretches * inputs * outputs : 0,
                first,
                second);
    }

    private long clocks(ConnectionPass pass, SequencePrecision precision, Shape shape, long multiprocessors) {
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        long depth =
                switch (pass) {
                    case FORWARD -> shape.inputs();
                    case BACKWARD_INPUT -> shape.outputs();
                    case BACKWARD_WEIGHT -> shape.positions();
                };
        long samples = weight ? stretch : 1;
        long turns = samples * ceilDivide(precision.words(depth), SequenceTile.Shape.TURN);
        long further = weight ? samples * SAMPLE_CLOCKS : 0;
        SequenceTile.Shape sizes = tile.shape(pass);
        long blocks = tiles * stretches;
        long full = blocks / (multiprocessors * sizes.blocks());
        long rest = ceilDivide(blocks - full * multiprocessors * sizes.blocks(), multiprocessors);
        long clocks =
                full * wave(sizes, sizes.blocks(), turns, further) + (rest > 0 ? wave(sizes, rest, turns, further) : 0);
        return stretches > 1 ? clocks + LAUNCH_CLOCKS + partials * 2 * Float.BYTES / PARTIAL_BYTES_A_CLOCK : clocks;
    }

    private static long wave(SequenceTile.Shape sizes, long resident, long turns, long further) {
        return START_CLOCKS + turns * Math.max(resident * sizes.busyClocks(), sizes.aloneClocks()) + further;
    }

    private static long padded(long words) {
        return ceilDivide(words, VECTOR) * VECTOR;
    }

    private static long ceilDivide(long a, long b) {
        return (a + b - 1) / b;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }
}
