package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.DRAWN_QUADS;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import dev.ludovic.netlib.blas.BLAS;
import java.util.Arrays;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.FactorRounding.Factor;
import org.pernodedrop.mask.Mask;

/**
 * The products of a PerNodeDrop layer on matrices of the host. With one position a sample, tiles draw their part of the
 * mask while they compute; where positions share a mask, {@link MultiPositionProducts} takes over. Memory beyond the
 * operands: one {@link TileScratch} per worker, and a padded copy of dz where U is no multiple of 32 or dz lies in no array,
 * and copies of the factors where they are rounded.
 *
 * <p>Results have the same bits for any number of workers. Arguments are trusted; one call at a time.
 */
public final class TiledProducts {
    /** Tasks per worker that even out uneven speeds. */
    private static final int TASKS_PER_WORKER = 4;

    private final WorkerPool pool;
    private final Tiles tiles;
    private final TileScratch[] scratch;
    private final MultiPositionProducts multiPosition;
    private final ColumnSums columnSums;
    private final FactorRounding rounding;
    private float[] padded = new float[0];

    /**
     * Products on a pool, in the Vector API where it is there.
     *
     * @param blas for the products where positions share a mask
     * @param rounding of the factors
     */
    public TiledProducts(WorkerPool pool, BLAS blas, FactorRounding rounding) {
        this(pool, blas, rounding, Tiles.choose());
    }

    TiledProducts(WorkerPool pool, BLAS blas, FactorRounding rounding, Tiles tiles) {
        this.pool = pool;
        this.rounding = rounding;
        this.tiles = tiles;
        this.scratch = TileScratch.of(pool);
        this.multiPosition = new MultiPositionProducts(pool, blas, tiles, scratch);
        this.columnSums = new ColumnSums(pool);
    }

    /** Threads and implementation, for people. */
    public String describe() {
        return pool.threads()
                + (pool.threads() == 1 ? " thread; " : " threads; ")
                + tiles.describe()
                + rounding.describe();
    }

    /** {@code z = x (w m) + bias} and {@code y = act(z)}; packed bits are written if there is room for them. */
    public void forward(MaskDraw<Mask, PackedTiles> draw, ForwardPass<HostMatrix> given) {
        ForwardPass<HostMatrix> pass = rounding.rounds() ? rounded(draw.shape(), given) : given;
        if (sharesMask(draw)) {
            multiPosition.forward(draw, pass);
            return;
        }
        TiledForward product = new TiledForward(tiles, draw, pass);
        int samples = TileScratch.FORWARD_SAMPLES;
        while (samples > SAMPLES && product.tasks(samples) < TASKS_PER_WORKER * pool.threads()) {
            samples /= 2;
        }
        int samplesPerTask = samples;
        pool.run(product.tasks(samplesPerTask), (task, worker) -> product.run(task, samplesPerTask, scratch[worker]));
    }

    /** The gradients of {@link #forward} that are wanted; packed bits are read if they are there. */
    public void backward(MaskDraw<Mask, PackedTiles> draw, BackwardPass<HostMatrix> given) {
        ConnectionShape shape = draw.shape();
        if (given.db() != null) {
            columnSums.run(shape.rows(), shape.outputs(), given.dz(), given.db());
        }
        if (given.dx() == null && given.dw() == null) {
            return;
        }
        BackwardPass<HostMatrix> pass = rounding.rounds() ? rounded(shape, given) : given;
        if (sharesMask(draw)) {
            multiPosition.backward(draw, pass);
            return;
        }
        HostMatrix dz = pass.dz();
        int width = (shape.outputs() + OUTPUTS - 1) / OUTPUTS * OUTPUTS;
        boolean asItIs = dz.array() != null && dz.leadingDimension() == width && width == shape.outputs();
        if (!asItIs) {
            pad(dz, shape.rows(), shape.outputs(), width);
        }
        TiledBackward product = new TiledBackward(
                tiles, draw, pass, asItIs ? dz.array() : padded, asItIs ? dz.arrayOffset() : 0, width);
        pool.run(product.tasks(), (quad, worker) -> product.run(quad, scratch[worker]));
    }

    private ForwardPass<HostMatrix> rounded(ConnectionShape shape, ForwardPass<HostMatrix> pass) {
        return new ForwardPass<>(
                pass.activation(),
                rounding.rounded(Factor.X, pass.x(), shape.rows(), shape.inputs()),
                rounding.rounded(Factor.W, pass.w(), shape.inputs(), shape.outputs()),
                pass.bias(),
                pass.z(),
                pass.y());
    }

    private BackwardPass<HostMatrix> rounded(ConnectionShape shape, BackwardPass<HostMatrix> pass) {
        return new BackwardPass<>(
                rounding.rounded(Factor.X, pass.x(), shape.rows(), shape.inputs()),
                rounding.rounded(Factor.W, pass.w(), shape.inputs(), shape.outputs()),
                rounding.rounded(Factor.DZ, pass.dz(), shape.rows(), shape.outputs()),
                pass.dx(),
                pass.dw(),
                pass.db());
    }

    /** Draws the packed bits as {@link #forward} writes them. */
    public void pack(MaskDraw<Mask, PackedTiles> draw) {
        PackedTiles bits = draw.packed();
        int blocks = bits.blocks();
        int rows = (draw.shape().samples() + SAMPLES - 1) / SAMPLES;
        pool.run(rows * blocks, (task, worker) -> {
            int sample = task / blocks * SAMPLES;
            int block = task % blocks;
            for (int quad = 0; quad < bits.quads(); quad += DRAWN_QUADS) {
                int count = Math.min(DRAWN_QUADS, bits.quads() - quad);
                tiles.drawKept(draw.mask(), draw.firstSample() + sample, quad, count, block, 1, scratch[worker]);
                bits.store(scratch[worker].kept, sample, quad, count, block);
            }
        });
    }

    /** Factor of sums over kept bits; 1 where multipliers are the mask's values. */
    static float scale(Mask mask) {
        return mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
    }

    // Without a mask, positions are samples.
    private static boolean sharesMask(MaskDraw<Mask, PackedTiles> draw) {
        return draw.shape().positions() > 1 && !draw.mask().spec().isIdentity();
    }

    private void pad(HostMatrix dz, int samples, int outputs, int width) {
        int needed = Math.multiplyExact(samples, width);
        if (padded.length < needed) {
            padded = new float[needed];
        }
        for (int b = 0; b < samples; b++) {
            dz.get(b, 0, outputs, padded, b * width);
            Arrays.fill(padded, b * width + outputs, (b + 1) * width, 0f);
        }
    }
}
