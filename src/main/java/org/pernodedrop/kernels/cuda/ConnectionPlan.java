package org.pernodedrop.kernels.cuda;

import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;

/**
 * How to launch a connection kernel: the tile, and into how many parts the sums are split.
 *
 * <p>Too few tiles leave multiprocessors idle: then the small tile is taken, and the sum is split (split-K). Each split
 * is a row of the grid, and {@code connection_<pass>_sum} adds the partial sums. The plan is the cheapest by a rough
 * model in clocks, fitted to an H100: blocks run in waves; the warps on a multiprocessor share its issue slots, and few
 * warps cannot fill them, since each waits for its own results; splits cost a second launch and the traffic of the
 * partial sums. All is computed in integers. Plans decide the order of sums, and so the last bits of results.
 *
 * @param tile that a block computes
 * @param tiles blocks along x of the grid
 * @param splits blocks along y: parts that the sum is split into, for {@code connection_<pass>_sum} if more than one
 * @param splitLength terms of the sum in a split: inputs, outputs or samples
 * @param threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param partials floats of workspace for the sums of the splits; 0 if there is one split
 * @param biasPartials the same for the sums of the bias, in {@link ConnectionPass#BACKWARD_WEIGHT}
 * @param firstFloats floats of workspace for a rounded copy of the first factor (x; dz in the gradient of the inputs), a
 *     multiple of 4; 0 if the kernel reads the factor itself
 * @param secondFloats the same for the second factor (w; dz in the gradient of the weights)
 */
public record ConnectionPlan(
        Tile tile,
        long tiles,
        int splits,
        int splitLength,
        int threads,
        int sharedBytes,
        long partials,
        long biasPartials,
        long firstFloats,
        long secondFloats) {
    /** Sizes of what a block computes; {@code kernels.json} holds them for every kernel. */
    public enum Tile {
        /** For wide layers. */
        LARGE,
        /** For layers and batches that give too few large tiles to fill a GPU. */
        SMALL,
        /** As small, for any sizes and any alignment. */
        UNALIGNED,
        /** For normals, where drawing costs far more than loading. */
        NORMALS,
        /** On sparse tensor cores, with factors of one bf16. */
        BF16_LARGE,
        /** The same, for any sizes and any alignment. */
        BF16_UNALIGNED,
        /** On sparse tensor cores, with factors of two bf16. */
        BF16X2_LARGE,
        /** The same, for any sizes and any alignment. */
        BF16X2_UNALIGNED;

        /** Whether the kernels round the factors themselves; they only read packed words. */
        boolean onTensorCores() {
            return compareTo(NORMALS) > 0;
        }

        /** Whether this is the tile for operands that can be copied four floats at a time, or that cannot. */
        private boolean fits(boolean vectors) {
            return this == NORMALS
                    || vectors != (this == UNALIGNED || this == BF16_UNALIGNED || this == BF16X2_UNALIGNED);
        }
    }

    // Of a block: first tiles from memory, results to it.
    private static final long START_CLOCKS = 500;
    private static final long THREAD_START_CLOCKS = 8;
    // Of the second pass.
    private static final long LAUNCH_CLOCKS = 4000;
    // Of device memory, for partial sums written and read.
    private static final long BYTES_PER_CLOCK = 1500;
    private static final long ISSUE_SLOTS = 4;
    private static final long MAX_PARTIALS = 1L << 26;
    private static final int MAX_SPLITS = 256;
    private static final int VECTOR = 4;

    /** The sizes of a pass's product: rows and columns of the result, terms of its sums. */
    private record Product(ConnectionPass pass, long rows, long columns, long terms) {
        static Product of(ConnectionPass pass, ConnectionShape shape) {
            return switch (pass) {
                case FORWARD -> new Product(pass, shape.samples(), shape.outputs(), shape.inputs());
                case BACKWARD_INPUT -> new Product(pass, shape.samples(), shape.inputs(), shape.outputs());
                case BACKWARD_WEIGHT -> new Product(pass, shape.inputs(), shape.outputs(), shape.samples());
            };
        }
    }

    /**
     * The cheapest plan of a pass over a layer.
     *
     * @param shape with one position a sample
     * @param aligned whether all buffers lie at multiples of 16 bytes
     * @param precision of the factors; where {@link MaskSource#tiles} has no kernels for {@link Precision#BF16}, those in single
     *     precision serve it by rounded copies
     * @param device with at least one multiprocessor
     * @throws IllegalArgumentException if there is no multiprocessor
     */
    public static ConnectionPlan of(
            ConnectionPass pass,
            MaskSource source,
            ConnectionShape shape,
            boolean aligned,
            Precision precision,
            DeviceProperties device) {
        int multiprocessors = device.multiprocessors();
        Arguments.atLeastOne("multiprocessors", multiprocessors);
        Product product = Product.of(pass, shape);
        boolean vectors = aligned && shape.inputs() % VECTOR == 0 && shape.outputs() % VECTOR == 0;
        ConnectionPlan best = null;
        long bestClocks = Long.MAX_VALUE;
        for (Tile tile : source.tiles(precision, device)) {
            if (!tile.fits(vectors)) {
                continue;
            }
            KernelSignature kernel = source.kernel(pass, tile);
            long kSteps = ceilDivide(product.terms(), kernel.tile().kStep());
            for (int splits = 1; splits <= Math.min(kSteps, MAX_SPLITS); splits++) {
                long splitSteps = ceilDivide(kSteps, splits);
                if (ceilDivide(kSteps, splitSteps) == splits) {
                    ConnectionPlan plan = with(kernel, tile, product, splits, splitSteps);
                    long clocks = plan.clocks(kernel, product, source, multiprocessors);
                    if (plan.partials() <= MAX_PARTIALS && clocks < bestClocks) {
                        best = plan;
                        bestClocks = clocks;
                    }
                }
            }
        }
        return precision == Precision.BF16 && !best.tile().onTensorCores() ? best.withRoundedCopies(product) : best;
    }

    private ConnectionPlan withRoundedCopies(Product product) {
        // The first factor is [rows, terms], or in the gradient of the weights [terms, rows]; the second likewise.
        return new ConnectionPlan(
                tile,
                tiles,
                splits,
                splitLength,
                threads,
                sharedBytes,
                partials,
                biasPartials,
                padded(product.rows() * product.terms()),
                padded(product.terms() * product.columns()));
    }

    /** Whether the kernel reads rounded copies of the factors. */
    boolean readsCopies() {
        return firstFloats > 0;
    }

    /** Floats of workspace in all: copies of the factors, then partial sums. */
    long workspaceFloats() {
        return firstFloats + secondFloats + partials + biasPartials;
    }

    private static long padded(long floats) {
        return ceilDivide(floats, VECTOR) * VECTOR;
    }

    /**
     * Words of 32 bits to allocate for the packed mask of a layer and its batch: one bit a connection, samples padded to
     * 4, inputs to 4, outputs to 32, and as many words more as reads past the end may touch.
     */
    public static long packedWords(ConnectionShape shape) {
        long slack = MaskSource.PACKED
                .kernel(ConnectionPass.BACKWARD_INPUT, Tile.LARGE)
                .tile()
                .rows();
        return ceilDivide(shape.inputs(), 4)
                        * (ceilDivide(shape.outputs(), 32) * 4)
                        * (ceilDivide(shape.samples(), 4) * 4)
                + slack;
    }

    private static ConnectionPlan with(
            KernelSignature kernel, Tile tile, Product product, int splits, long splitSteps) {
        KernelSignature.Tile sizes = kernel.tile();
        boolean split = splits > 1;
        return new ConnectionPlan(
                tile,
                ceilDivide(product.rows(), sizes.rows()) * ceilDivide(product.columns(), sizes.columns()),
                splits,
                (int) (splitSteps * sizes.kStep()),
                kernel.block(),
                kernel.sharedBytes(),
                split ? splits * product.rows() * product.columns() : 0,
                split && product.pass() == ConnectionPass.BACKWARD_WEIGHT ? splits * product.columns() : 0,
                0,
                0);
    }

    /** Clocks of the blocks, in waves over the multiprocessors, and of the second pass. */
    private long clocks(KernelSignature kernel, Product product, MaskSource source, long multiprocessors) {
        KernelSignature.Tile sizes = kernel.tile();
        long warpInstructions =
                ceilDivide((long) sizes.rows() * sizes.columns() * splitLength, threads) * source.termCost(tile) / 100;
        long blocks = tiles * splits;
        long resident = residentBlocks(product.pass(), sizes);
        long full = blocks / (multiprocessors * resident);
        long rest = ceilDivide(blocks - full * multiprocessors * resident, multiprocessors);
        long clocks = full * wave(product.pass(), sizes, resident, warpInstructions)
                + (rest > 0 ? wave(product.pass(), sizes, rest, warpInstructions) : 0);
        return splits > 1 ? clocks + LAUNCH_CLOCKS + partials * 2 * Float.BYTES / BYTES_PER_CLOCK : clocks;
    }

    // On tensor cores those of drawn masks for all sources: packed bits are to give the bits of drawn ones.
    private long residentBlocks(ConnectionPass pass, KernelSignature.Tile sizes) {
        return tile.onTensorCores()
                ? MaskSource.MANY_PLANES.kernel(pass, tile).tile().blocks()
                : sizes.blocks();
    }

    private long wave(ConnectionPass pass, KernelSignature.Tile sizes, long resident, long warpInstructions) {
        long warps = threads / 32;
        long issue = resident * warps * warpInstructions * issuePercent(pass, sizes) / (100 * ISSUE_SLOTS);
        return START_CLOCKS
                + THREAD_START_CLOCKS * threads
                + Math.max(issue, warpInstructions * latencyPercent(pass) / 100);
    }

    /** Issue slots that 100 instructions take among many warps. One sample a thread reads shared memory too often. */
    private long issuePercent(ConnectionPass pass, KernelSignature.Tile sizes) {
        return pass == ConnectionPass.BACKWARD_INPUT && sizes.rows() == 32 && !tile.onTensorCores() ? 210 : 135;
    }

    /** Clocks that 100 instructions take a warp that is alone. */
    private long latencyPercent(ConnectionPass pass) {
        return switch (pass) {
            case FORWARD -> threads == 32 ? 480 : 460;
            case BACKWARD_INPUT -> 590;
            case BACKWARD_WEIGHT -> 460;
        };
    }

    /** {@code a / b}, rounded up; a at least 0. */
    static long ceilDivide(long a, long b) {
        return (a + b - 1) / b;
    }
}
