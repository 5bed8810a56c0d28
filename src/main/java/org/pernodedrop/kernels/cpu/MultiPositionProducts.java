package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.MultiPositionMask.INPUTS;
import static org.pernodedrop.kernels.cpu.MultiPositionMask.OUTPUTS;

import dev.ludovic.netlib.blas.BLAS;
import java.util.EnumMap;
import java.util.Map;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Mask;

/**
 * The products of a PerNodeDrop layer whose samples have several positions that share the sample's mask: a rectangle of the
 * mask is drawn once for all positions, and BLAS multiplies. Memory beyond the operands: one {@link MultiPositionMask} per
 * worker, and copies of operands that lie in direct buffers, which BLAS cannot take.
 */
final class MultiPositionProducts {
    private static final int MAX_TASKS_OF_FEW_INPUTS = 8;
    private static final int MIN_INPUTS = 16;

    private final WorkerPool pool;
    private final BLAS blas;
    private final Tiles tiles;
    private final TileScratch[] scratch;
    private final MultiPositionMask[] masks;
    private final Map<Operand, float[]> copies = new EnumMap<>(Operand.class);

    private enum Operand {
        X,
        W,
        Z,
        DX,
        DW
    }

    /** @param scratch of the pool's workers; used by one product at a time */
    MultiPositionProducts(WorkerPool pool, BLAS blas, Tiles tiles, TileScratch[] scratch) {
        this.pool = pool;
        this.blas = blas;
        this.tiles = tiles;
        this.scratch = scratch;
        this.masks = new MultiPositionMask[scratch.length];
    }

    /** Splits the work by samples and blocks of {@value MultiPositionMask#OUTPUTS} outputs. */
    void forward(MaskDraw<Mask, PackedTiles> draw, ForwardPass<HostMatrix> pass) {
        ConnectionShape shape = draw.shape();
        HostMatrix z = inArray(Operand.Z, pass.z(), shape.rows(), shape.outputs());
        ForwardPass<HostMatrix> own = new ForwardPass<>(
                pass.activation(),
                filledInArray(Operand.X, pass.x(), shape.rows(), shape.inputs()),
                filledInArray(Operand.W, pass.w(), shape.inputs(), shape.outputs()),
                pass.bias(),
                z,
                pass.y() == pass.z() ? null : pass.y());
        int blocks = (shape.outputs() + OUTPUTS - 1) / OUTPUTS;
        pool.run(
                shape.samples() * blocks,
                (task, worker) -> forward(draw, own, task / blocks, task % blocks * OUTPUTS, mask(worker)));
        copyBack(z, pass.z(), shape.rows(), shape.outputs());
    }

    private void forward(
            MaskDraw<Mask, PackedTiles> draw,
            ForwardPass<HostMatrix> pass,
            int sample,
            int output,
            MultiPositionMask mask) {
        ConnectionShape shape = draw.shape();
        HostMatrix x = pass.x();
        HostMatrix w = pass.w();
        HostMatrix z = pass.z();
        int row = sample * shape.positions();
        int columns = Math.min(OUTPUTS, shape.outputs() - output);
        for (int input = 0; input < shape.inputs(); input += INPUTS) {
            int rows = Math.min(INPUTS, shape.inputs() - input);
            mask.draw(draw.mask(), draw.firstSample() + sample, input, rows, output, columns);
            mask.apply(w.array(), at(w, input, output), w.leadingDimension(), mask.tile, 0, OUTPUTS);
            // BLAS counts by columns and so sees the transposes: z' += tile' x'.
            blas.sgemm(
                    "N",
                    "N",
                    columns,
                    shape.positions(),
                    rows,
                    TiledProducts.scale(draw.mask()),
                    mask.tile,
                    0,
                    OUTPUTS,
                    x.array(),
                    at(x, row, input),
                    x.leadingDimension(),
                    input == 0 ? 0 : 1,
                    z.array(),
                    at(z, row, output),
                    z.leadingDimension());
        }
        finish(pass, row, shape.positions(), output, columns, mask.tile);
    }

    // The tile is no longer needed: its room serves the bias, then a row of y.
    private static void finish(
            ForwardPass<HostMatrix> pass, int firstRow, int rows, int column, int columns, float[] room) {
        float[] sums = pass.z().array();
        if (pass.bias() != null) {
            pass.bias().get(0, column, columns, room, 0);
        }
        for (int row = firstRow; row < firstRow + rows; row++) {
            int at = at(pass.z(), row, column);
            if (pass.bias() != null) {
                for (int u = 0; u < columns; u++) {
                    sums[at + u] += room[u];
                }
            }
            if (pass.y() != null && pass.y().array() != null) {
                Activations.forward(pass.activation(), sums, at, pass.y().array(), at(pass.y(), row, column), columns);
            } else if (pass.y() != null) {
                Activations.forward(pass.activation(), sums, at, room, OUTPUTS, columns);
                pass.y().put(row, column, columns, room, OUTPUTS);
            }
        }
    }

    /**
     * The gradients of inputs and weights. A task is some inputs, with their rows of dw and columns of dx; it takes the
     * samples in ascending order, so tasks add nothing up between them.
     */
    void backward(MaskDraw<Mask, PackedTiles> draw, BackwardPass<HostMatrix> pass) {
        ConnectionShape shape = draw.shape();
        HostMatrix dx = pass.dx() == null ? null : inArray(Operand.DX, pass.dx(), shape.rows(), shape.inputs());
        HostMatrix dw = pass.dw() == null ? null : inArray(Operand.DW, pass.dw(), shape.inputs(), shape.outputs());
        BackwardPass<HostMatrix> own = new BackwardPass<>(
                filledInArray(Operand.X, pass.x(), shape.rows(), shape.inputs()),
                filledInArray(Operand.W, pass.w(), shape.inputs(), shape.outputs()),
                filledInArray(Operand.Z, pass.dz(), shape.rows(), shape.outputs()),
                dx,
                dw,
                null);
        int inputs = inputsPerTask(shape.inputs());
        pool.run(
                (shape.inputs() + inputs - 1) / inputs,
                (task, worker) -> backward(
                        draw, own, task * inputs, Math.min(inputs, shape.inputs() - task * inputs), mask(worker)));
        if (dx != null) {
            copyBack(dx, pass.dx(), shape.rows(), shape.inputs());
        }
        if (dw != null) {
            copyBack(dw, pass.dw(), shape.inputs(), shape.outputs());
        }
    }

    /** A power of two that leaves several tasks. */
    private static int inputsPerTask(int inputs) {
        int perTask = INPUTS;
        while (perTask > MIN_INPUTS && perTask * MAX_TASKS_OF_FEW_INPUTS > inputs) {
            perTask /= 2;
        }
        return perTask;
    }

    private void backward(
            MaskDraw<Mask, PackedTiles> draw,
            BackwardPass<HostMatrix> pass,
            int input,
            int rows,
            MultiPositionMask mask) {
        ConnectionShape shape = draw.shape();
        for (int sample = 0; sample < shape.samples(); sample++) {
            for (int output = 0; output < shape.outputs(); output += OUTPUTS) {
                int columns = Math.min(OUTPUTS, shape.outputs() - output);
                mask.draw(draw.mask(), draw.firstSample() + sample, input, rows, output, columns);
                if (pass.dx() != null) {
                    addInputGradient(draw, pass, sample * shape.positions(), input, output, mask);
                }
                if (pass.dw() != null) {
                    addWeightGradient(draw, pass, sample * shape.positions(), input, output, mask);
                }
            }
        }
    }

    // BLAS counts by columns and so sees the transposes: dx' += tile dz'.
    private void addInputGradient(
            MaskDraw<Mask, PackedTiles> draw,
            BackwardPass<HostMatrix> pass,
            int row,
            int input,
            int output,
            MultiPositionMask mask) {
        HostMatrix w = pass.w();
        HostMatrix dz = pass.dz();
        HostMatrix dx = pass.dx();
        mask.apply(w.array(), at(w, input, output), w.leadingDimension(), mask.tile, 0, OUTPUTS);
        blas.sgemm(
                "T",
                "N",
                mask.rows(),
                draw.shape().positions(),
                mask.columns(),
                TiledProducts.scale(draw.mask()),
                mask.tile,
                0,
                OUTPUTS,
                dz.array(),
                at(dz, row, output),
                dz.leadingDimension(),
                output == 0 ? 0 : 1,
                dx.array(),
                at(dx, row, input),
                dx.leadingDimension());
    }

    // tile' = dz' x, then masked.
    private void addWeightGradient(
            MaskDraw<Mask, PackedTiles> draw,
            BackwardPass<HostMatrix> pass,
            int row,
            int input,
            int output,
            MultiPositionMask mask) {
        HostMatrix x = pass.x();
        HostMatrix dz = pass.dz();
        HostMatrix dw = pass.dw();
        blas.sgemm(
                "N",
                "T",
                mask.columns(),
                mask.rows(),
                draw.shape().positions(),
                TiledProducts.scale(draw.mask()),
                dz.array(),
                at(dz, row, output),
                dz.leadingDimension(),
                x.array(),
                at(x, row, input),
                x.leadingDimension(),
                0,
                mask.tile,
                0,
                OUTPUTS);
        int to = at(dw, input, output);
        if (row == 0) {
            mask.apply(mask.tile, 0, OUTPUTS, dw.array(), to, dw.leadingDimension());
        } else {
            mask.add(mask.tile, 0, OUTPUTS, dw.array(), to, dw.leadingDimension());
        }
    }

    private static int at(HostMatrix matrix, int row, int column) {
        return matrix.arrayOffset() + row * matrix.leadingDimension() + column;
    }

    // Each worker makes its own, and no other one reads it.
    private MultiPositionMask mask(int worker) {
        if (masks[worker] == null) {
            masks[worker] = new MultiPositionMask(tiles, scratch[worker]);
        }
        return masks[worker];
    }

    /** The matrix, or room for one of its size unless it is an array without gaps: BLAS may round by leading dimensions. */
    private HostMatrix inArray(Operand operand, HostMatrix matrix, int rows, int columns) {
        if (matrix.array() != null && matrix.leadingDimension() == columns) {
            return matrix;
        }
        int size = Math.multiplyExact(rows, columns);
        float[] room = copies.get(operand);
        if (room == null || room.length < size) {
            room = new float[size];
            copies.put(operand, room);
        }
        return HostMatrix.of(room, columns);
    }

    /** The matrix, or a copy of it unless it is an array without gaps. */
    private HostMatrix filledInArray(Operand operand, HostMatrix matrix, int rows, int columns) {
        HostMatrix own = inArray(operand, matrix, rows, columns);
        for (int r = 0; own != matrix && r < rows; r++) {
            matrix.get(r, 0, columns, own.array(), r * columns);
        }
        return own;
    }

    private static void copyBack(HostMatrix own, HostMatrix matrix, int rows, int columns) {
        for (int r = 0; own != matrix && r < rows; r++) {
            matrix.put(r, 0, columns, own.array(), r * columns);
        }
    }
}
