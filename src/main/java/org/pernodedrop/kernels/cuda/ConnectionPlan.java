package org.pernodedrop.kernels.cuda;

import java.util.List;

/**
 * How to launch a connection kernel. This is {@code cuda/connection_plan.h} in Java, which explains the model behind
 * it: the same plans in the same integers.
 *
 * @param tile that a block computes
 * @param tiles blocks along x of the grid
 * @param stretches blocks along y: parts that the sum is split into, for {@code connection_<pass>_sum} if more than one
 * @param stretch terms of the sum in a part: inputs, outputs or samples
 * @param threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param partials floats of workspace for the parts' sums; 0 if there is one part
 * @param biasPartials the same for the bias's sums, in {@link ConnectionPass#BACKWARD_WEIGHT}
 */
public record ConnectionPlan(
        ConnectionTile tile,
        long tiles,
        int stretches,
        int stretch,
        int threads,
        int sharedBytes,
        long partials,
        long biasPartials) {
    private static final long START_CLOCKS = 500;
    private static final long THREAD_START_CLOCKS = 8;
    private static final long LAUNCH_CLOCKS = 4000;
    private static final long BYTES_A_CLOCK = 1500;
    private static final long ISSUE_SLOTS = 4;
    private static final long LARGEST_PARTIALS = 1L << 26;
    private static final int MOST_STRETCHES = 256;
    private static final int VECTOR = 4;

    private record Costed(ConnectionPlan plan, long clocks) {}

    /**
     * The cheapest plan of a pass over a layer.
     *
     * @param aligned whether all buffers lie at multiples of 16 bytes
     */
    public static ConnectionPlan of(
            ConnectionPass pass,
            ConnectionSource source,
            int samples,
            int inputs,
            int outputs,
            boolean aligned,
            int multiprocessors) {
        requirePositive("samples", samples);
        requirePositive("inputs", inputs);
        requirePositive("outputs", outputs);
        requirePositive("multiprocessors", multiprocessors);
        Costed best = null;
        for (ConnectionTile tile : candidates(source, aligned && inputs % VECTOR == 0 && outputs % VECTOR == 0)) {
            long turns = ceilDivide(
                    depth(pass, samples, inputs, outputs), tile.shape(pass).depth());
            for (int stretches = 1; stretches <= Math.min(turns, MOST_STRETCHES); stretches++) {
                long stretchTurns = ceilDivide(turns, stretches);
                if (ceilDivide(turns, stretchTurns) == stretches) {
                    Costed candidate = costed(
                            pass, source, samples, inputs, outputs, multiprocessors, tile, stretches, stretchTurns);
                    if (candidate.plan().partials() <= LARGEST_PARTIALS
                            && (best == null || candidate.clocks() < best.clocks())) {
                        best = candidate;
                    }
                }
            }
        }
        return best.plan();
    }

    /**
     * Words of 32 bits to allocate for the packed mask of a layer and its batch: one bit a connection, samples padded to 4,
     * inputs to 4, outputs to 32, and a few words more that reads may touch.
     */
    public static long packedWords(int samples, int inputs, int outputs) {
        requirePositive("samples", samples);
        requirePositive("inputs", inputs);
        requirePositive("outputs", outputs);
        long slack = ConnectionTile.LARGE.shape(ConnectionPass.BACKWARD_INPUT).rows();
        return ceilDivide(inputs, 4) * (ceilDivide(outputs, 32) * 4) * (ceilDivide(samples, 4) * 4) + slack;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }

    private static List<ConnectionTile> candidates(ConnectionSource source, boolean aligned) {
        if (source.hasNormals()) {
            return List.of(ConnectionTile.NORMALS);
        }
        return aligned ? List.of(ConnectionTile.LARGE, ConnectionTile.SMALL) : List.of(ConnectionTile.UNALIGNED);
    }

    private static long depth(ConnectionPass pass, int samples, int inputs, int outputs) {
        return switch (pass) {
            case FORWARD -> inputs;
            case BACKWARD_INPUT -> outputs;
            case BACKWARD_WEIGHT -> samples;
        };
    }

    private static Costed costed(
            ConnectionPass pass,
            ConnectionSource source,
            int samples,
            int inputs,
            int outputs,
            int multiprocessors,
            ConnectionTile tile,
            int stretches,
            long stretchTurns) {
        ConnectionTile.Shape shape = tile.shape(pass);
        long rows = pass == ConnectionPass.BACKWARD_WEIGHT ? inputs : samples;
        long columns = pass == ConnectionPass.BACKWARD_INPUT ? inputs : outputs;
        long tiles = ceilDivide(rows, shape.rows()) * ceilDivide(columns, shape.columns());
        long stretch = stretchTurns * shape.depth();
        long partials = stretches > 1 ? stretches * rows * columns : 0;
        long clocks = clocks(shape, tiles * stretches, stretch, source.termCost(), multiprocessors);
        if (stretches > 1) {
            clocks += LAUNCH_CLOCKS + partials * 2 * Float.BYTES / BYTES_A_CLOCK;
        }
        ConnectionPlan plan = new ConnectionPlan(
                tile,
                tiles,
                stretches,
                (int) stretch,
                shape.threads(),
                shape.sharedBytes(source),
                partials,
                pass == ConnectionPass.BACKWARD_WEIGHT && stretches > 1 ? (long) stretches * outputs : 0);
        return new Costed(plan, clocks);
    }

    /** Clocks of blocks of so many terms each, in waves over the multiprocessors. */
    private static long clocks(
            ConnectionTile.Shape tile, long blocks, long depth, long termCost, long multiprocessors) {
        long warps = tile.threads() / 32;
        long warpInstructions =
                ceilDivide((long) tile.rows() * tile.columns() * depth, tile.threads()) * termCost / 100;
        long full = blocks / (multiprocessors * tile.blocks());
        long rest = ceilDivide(blocks - full * multiprocessors * tile.blocks(), multiprocessors);
        return full * wave(tile, tile.blocks(), warps, warpInstructions)
                + (rest > 0 ? wave(tile, rest, warps, warpInstructions) : 0);
    }

    private static long wave(ConnectionTile.Shape tile, long resident, long warps, long warpInstructions) {
        long issue = resident * warps * warpInstructions * tile.issuePercent() / (100 * ISSUE_SLOTS);
        return START_CLOCKS
                + THREAD_START_CLOCKS * tile.threads()
                + Math.max(issue, warpInstructions * tile.latencyPercent() / 100);
    }

    private static long ceilDivide(long a, long b) {
        return (a + b - 1) / b;
    }
}
