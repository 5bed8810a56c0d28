package org.pernodedrop.kernels.cuda;

import static org.pernodedrop.kernels.cuda.ConnectionPlan.ceilDivide;

import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;

/**
 * How to launch a multi-position kernel: the tile, and into how many parts the sums over samples are split.
 *
 * <p>The plan is the cheapest by a rough model in clocks: blocks run in waves; each k-step of a block takes the tensor
 * cores a number of clocks, or more for its latencies if there are few blocks. Only the gradient of the weights is split,
 * over samples: the number of its tiles does not grow with the batch. Plans decide the order of sums, and so the last bits
 * of results.
 *
 * @param tile that a block computes
 * @param tiles blocks along x of the grid
 * @param splits blocks along y: parts that the sum over samples is split into, for
 *     {@code connection_backward_weight_sum} if more than one
 * @param splitLength samples in a split
 * @param threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param partials floats of workspace for the sums of the splits; 0 if there is one split
 * @param firstWords words of 32 bits that the first operand (x; dz in the gradient of the inputs) takes as
 *     {@link PtxModule#OPERANDS} makes it; 0 if the floats are taken as they lie
 * @param secondWords the same for the second operand (w; dz in the gradient of the weights)
 */
public record MultiPositionPlan(
        Tile tile,
        long tiles,
        int splits,
        int splitLength,
        int threads,
        int sharedBytes,
        long partials,
        long firstWords,
        long secondWords) {
    /** Sizes of what a block computes; {@code kernels.json} holds them for every kernel. */
    public enum Tile {
        /** For whole multiprocessors; takes more than 128 KiB of shared memory. */
        LARGE,
        /** For shapes that give too few large tiles, and for GPUs that lack the shared memory. */
        SMALL
    }

    // Of a block: its first copies and its results.
    private static final long START_CLOCKS = 4000;
    // Of the masked sums of a sample.
    private static final long SAMPLE_CLOCKS = 400;
    // Of the second pass.
    private static final long LAUNCH_CLOCKS = 8000;
    private static final long PARTIAL_BYTES_PER_CLOCK = 1200;
    private static final long MAX_PARTIALS = 1L << 26;
    private static final int MAX_SPLITS = 256;
    private static final int VECTOR = 4;

    /** What is planned. */
    private record Product(ConnectionPass pass, Precision precision, ConnectionShape shape, boolean aligned) {
        /** Words of 32 bits that n numbers along the dimension of a sum take. */
        long words(long n) {
            return precision == Precision.BF16 ? ceilDivide(n, 2) : n;
        }

        /** Whether rows of so many numbers cannot be taken as they lie. */
        boolean copies(long columns) {
            return precision == Precision.BF16 || !aligned || columns % VECTOR != 0;
        }
    }

    /**
     * The cheapest plan of a pass.
     *
     * @param precision of the kernels, {@link Precision#TF32} or {@link Precision#BF16}
     * @param aligned whether both operands lie at multiples of 16 bytes
     * @param sharedLimit bytes of dynamic shared memory that a block can be given at most; the small tile takes less
     *     than 64 KiB and is planned whatever the limit
     * @throws IllegalArgumentException if multiprocessors is below 1
     */
    public static MultiPositionPlan of(
            ConnectionPass pass,
            Precision precision,
            ConnectionShape shape,
            boolean aligned,
            int multiprocessors,
            int sharedLimit) {
        Arguments.atLeastOne("multiprocessors", multiprocessors);
        Product product = new Product(pass, precision, shape, aligned);
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        MultiPositionPlan best = null;
        long bestClocks = Long.MAX_VALUE;
        for (Tile tile : Tile.values()) {
            // All sources come in the same tiles.
            KernelSignature kernel = MaskSource.ONE_PLANE.kernel(pass, precision, tile);
            if (tile == Tile.LARGE && kernel.sharedBytes() > sharedLimit) {
                continue;
            }
            for (int splits = 1; splits <= (weight ? MAX_SPLITS : 1); splits++) {
                MultiPositionPlan plan = with(product, tile, kernel, splits);
                if (plan.splits() == splits && plan.partials() <= MAX_PARTIALS) {
                    long clocks = plan.clocks(kernel.tile(), product, multiprocessors);
                    if (clocks < bestClocks) {
                        bestClocks = clocks;
                        best = plan;
                    }
                }
            }
        }
        return best;
    }

    /** A plan with this tile and at most so many splits. */
    private static MultiPositionPlan with(Product product, Tile tile, KernelSignature kernel, int maxSplits) {
        KernelSignature.Tile sizes = kernel.tile();
        long samples = product.shape().samples();
        long positions = product.shape().positions();
        long inputs = product.shape().inputs();
        long outputs = product.shape().outputs();
        boolean copiedInputs = product.copies(inputs);
        boolean copiedOutputs = product.copies(outputs);
        long splitLength = samples;
        long tiles;
        long first;
        long second;
        switch (product.pass()) {
            case FORWARD -> {
                tiles = samples * ceilDivide(positions, sizes.rows()) * ceilDivide(outputs, sizes.columns());
                first = copiedInputs ? samples * positions * padded(product.words(inputs)) : 0;
                second = copiedOutputs ? product.words(inputs) * padded(outputs) : 0;
            }
            case BACKWARD_INPUT -> {
                tiles = samples * ceilDivide(positions, sizes.rows()) * ceilDivide(inputs, sizes.columns());
                first = copiedOutputs ? samples * positions * padded(product.words(outputs)) : 0;
                second = copiedOutputs ? inputs * padded(product.words(outputs)) : 0;
            }
            default -> {
                splitLength = ceilDivide(samples, Math.min(maxSplits, samples));
                tiles = ceilDivide(inputs, sizes.rows()) * ceilDivide(outputs, sizes.columns());
                first = copiedInputs ? samples * product.words(positions) * padded(inputs) : 0;
                second = copiedOutputs ? samples * product.words(positions) * padded(outputs) : 0;
            }
        }
        long splits = ceilDivide(samples, splitLength);
        return new MultiPositionPlan(
                tile,
                tiles,
                (int) splits,
                (int) splitLength,
                kernel.block(),
                kernel.sharedBytes(),
                splits > 1 ? splits * inputs * outputs : 0,
                first,
                second);
    }

    private long clocks(KernelSignature.Tile sizes, Product product, long multiprocessors) {
        ConnectionPass pass = product.pass();
        ConnectionShape shape = product.shape();
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        long terms =
                switch (pass) {
                    case FORWARD -> shape.inputs();
                    case BACKWARD_INPUT -> shape.outputs();
                    case BACKWARD_WEIGHT -> shape.positions();
                };
        long samples = weight ? splitLength : 1;
        long kSteps = samples * ceilDivide(product.words(terms), sizes.kStep());
        long further = weight ? samples * SAMPLE_CLOCKS : 0;
        long blocks = tiles * splits;
        long full = blocks / (multiprocessors * sizes.blocks());
        long rest = ceilDivide(blocks - full * multiprocessors * sizes.blocks(), multiprocessors);
        long clocks =
                full * wave(pass, sizes.blocks(), kSteps, further) + (rest > 0 ? wave(pass, rest, kSteps, further) : 0);
        return splits > 1 ? clocks + LAUNCH_CLOCKS + partials * 2 * Float.BYTES / PARTIAL_BYTES_PER_CLOCK : clocks;
    }

    private long wave(ConnectionPass pass, long resident, long kSteps, long further) {
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        // Of a k-step: what it takes of the pipes of the multiprocessor, and what it takes a block that is alone.
        long busyClocks = tile == Tile.SMALL ? 400 : weight ? 1050 : 1800;
        long aloneClocks = tile == Tile.SMALL ? 600 : busyClocks;
        return START_CLOCKS + kSteps * Math.max(resident * busyClocks, aloneClocks) + further;
    }

    private static long padded(long words) {
        return ceilDivide(words, VECTOR) * VECTOR;
    }
}
