package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.DRAWN_QUADS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.mask.Mask;

/**
 * The products of a layer with masks on its connections, on matrices that lie anywhere in the host's memory: the tiles of
 * {@link CpuBackend} without its buffers. Arguments are right when they arrive; one call at a time.
 */
public final class HostConnections implements AutoCloseable {
    private final WorkerPool pool;
    private final ConnectionTiles tiles;
    private final ConnectionProducts products;
    private final TileScratch[] scratch;
    private final MaskTile[] maskTiles;
    private final MemoryMeter meter = new MemoryMeter();
    private final Map<Operand, float[]> copies = new EnumMap<>(Operand.class);
    private float[] row = new float[0];

    private enum Operand {
        X,
        W,
        BIAS,
        Z,
        Y,
        DX,
        DW
    }

    /** @param threads in [1, {@value CpuBackend#MAX_THREADS}], the caller's among them */
    public HostConnections(int threads) {
        BlasLibrary library = BlasLibrary.open();
        tiles = ConnectionTwins.choose();
        pool = new WorkerPool(threads);
        try {
            products = new ConnectionProducts(pool, tiles, library.blas());
            scratch = new TileScratch[threads];
            maskTiles = new MaskTile[threads];
            for (int i = 0; i < threads; i++) {
                scratch[i] = new TileScratch();
                maskTiles[i] = new MaskTile();
            }
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    /** Threads and kernels, in a few words. */
    public String describe() {
        return pool.threads() + (pool.threads() == 1 ? " thread; " : " threads; ") + tiles.describe();
    }

    /** Integers of a packed mask: {@link PackedTiles}. */
    public static long packedLength(ConnectionShape shape) {
        return PackedTiles.length(shape);
    }

    /** {@code z = x (w m) + bias} and {@code y = act(z)}; y null for z alone, bias and packed null for none. */
    public void forward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            HostMatrix x,
            HostMatrix w,
            HostMatrix bias,
            HostMatrix z,
            HostMatrix y,
            int[] packed) {
        if (shape.positions() == 1 || mask.spec().isIdentity()) {
            ConnectionShape flat = flat(shape);
            PackedTiles bits = packed == null ? null : PackedTiles.in(packed, 0, flat);
            products.forward(mask, firstSample, flat, activation, x, w, bias, z, y, bits);
            return;
        }
        CpuFloats ownZ = target(Operand.Z, z, shape.rows(), shape.outputs());
        CpuFloats ownY = y == null || y == z ? ownZ : target(Operand.Y, y, shape.rows(), shape.outputs());
        products.sequences()
                .forward(
                        mask,
                        firstSample,
                        shape,
                        y == null ? Activation.LINEAR : activation,
                        source(Operand.X, x, shape.rows(), shape.inputs()),
                        source(Operand.W, w, shape.inputs(), shape.outputs()),
                        bias == null ? null : source(Operand.BIAS, bias, 1, shape.outputs()),
                        ownZ,
                        ownY);
        finish(ownZ, z, shape.rows(), shape.outputs());
        if (ownY != ownZ) {
            finish(ownY, y, shape.rows(), shape.outputs());
        }
    }

    /** Gradients of {@link #forward} for x, w and bias; each is null if not wanted. */
    public void backward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            HostMatrix x,
            HostMatrix w,
            HostMatrix dz,
            HostMatrix dx,
            HostMatrix dw,
            HostMatrix db,
            int[] packed) {
        if (db != null) {
            columnSums(shape.rows(), shape.outputs(), dz, db);
        }
        if (dx == null && dw == null) {
            return;
        }
        if (shape.positions() == 1 || mask.spec().isIdentity()) {
            ConnectionShape flat = flat(shape);
            PackedTiles bits = packed == null ? null : PackedTiles.in(packed, 0, flat);
            products.backward(mask, firstSample, flat, x, w, dz, dx, dw, bits);
            return;
        }
        CpuFloats ownDx = dx == null ? null : target(Operand.DX, dx, shape.rows(), shape.inputs());
        // The kernel makes both gradients at once.
        CpuFloats ownDw = dw == null
                ? copy(Operand.DW, shape.inputs(), shape.outputs())
                : target(Operand.DW, dw, shape.inputs(), shape.outputs());
        products.sequences()
                .backward(
                        mask,
                        firstSample,
                        shape,
                        source(Operand.X, x, shape.rows(), shape.inputs()),
                        source(Operand.W, w, shape.inputs(), shape.outputs()),
                        source(Operand.Z, dz, shape.rows(), shape.outputs()),
                        ownDx,
                        ownDw);
        if (dx != null) {
            finish(ownDx, dx, shape.rows(), shape.inputs());
        }
        if (dw != null) {
            finish(ownDw, dw, shape.inputs(), shape.outputs());
        }
    }

    /** The kept bits of a mask, as {@link #forward} leaves them. */
    public void pack(Mask mask, int firstSample, ConnectionShape shape, int[] packed) {
        PackedTiles bits = PackedTiles.in(packed, 0, shape);
        int blocks = bits.blocks();
        int rows = (shape.samples() + SAMPLES - 1) / SAMPLES;
        pool.run(rows * blocks, (task, worker) -> {
            int sample = task / blocks * SAMPLES;
            int block = task % blocks;
            for (int quad = 0; quad < bits.quads(); quad += DRAWN_QUADS) {
                int count = Math.min(DRAWN_QUADS, bits.quads() - quad);
                tiles.drawKept(mask, firstSample + sample, quad, count, block, 1, scratch[worker]);
                bits.store(scratch[worker].kept, sample, quad, count, block);
            }
        });
    }

    /** The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[first + b, i, :]}. */
    public void export(Mask mask, int firstSample, ConnectionShape shape, HostMatrix to) {
        int groups = (shape.inputs() + QUAD - 1) / QUAD;
        pool.run(shape.samples() * groups, (task, worker) -> {
            MaskTile tile = maskTiles[worker];
            int sample = task / groups;
            int group = task % groups;
            int rows = Math.min(QUAD, shape.inputs() - group * QUAD);
            for (int output = 0; output < shape.outputs(); output += OUTPUTS) {
                int width = Math.min(OUTPUTS, shape.outputs() - output);
                tile.draw(mask, firstSample + sample, group, rows, output / OUTPUTS, width);
                for (int j = 0; j < rows; j++) {
                    to.put(sample * shape.inputs() + group * QUAD + j, output, width, tile.values, j * OUTPUTS);
                }
            }
        });
    }

    private void columnSums(int rows, int columns, HostMatrix from, HostMatrix sums) {
        if (row.length < 2 * columns) {
            row = new float[2 * columns];
        }
        Arrays.fill(row, 0, columns, 0f);
        for (int b = 0; b < rows; b++) {
            from.get(b, 0, columns, row, columns);
            for (int u = 0; u < columns; u++) {
                row[u] += row[columns + u];
            }
        }
        sums.put(0, 0, columns, row, 0);
    }

    private static ConnectionShape flat(ConnectionShape shape) {
        return ConnectionShape.of(shape.rows(), shape.inputs(), shape.outputs());
    }

    // BLAS takes arrays without gaps; what is none is copied.
    private CpuFloats source(Operand operand, HostMatrix matrix, int rows, int columns) {
        CpuFloats own = target(operand, matrix, rows, columns);
        if (own.array != matrix.array()) {
            for (int r = 0; r < rows; r++) {
                matrix.get(r, 0, columns, own.array, r * columns);
            }
        }
        return own;
    }

    private CpuFloats target(Operand operand, HostMatrix matrix, int rows, int columns) {
        if (matrix.array() != null && matrix.leadingDimension() == columns) {
            long size = (long) rows * columns;
            return (CpuFloats) new CpuFloats(matrix.array(), meter).slice(matrix.arrayOffset(), size);
        }
        return copy(operand, rows, columns);
    }

    private CpuFloats copy(Operand operand, int rows, int columns) {
        int size = Math.multiplyExact(rows, columns);
        float[] room = copies.get(operand);
        if (room == null || room.length < size) {
            room = new float[size];
            copies.put(operand, room);
        }
        return new CpuFloats(room, meter);
    }

    private static void finish(CpuFloats from, HostMatrix to, int rows, int columns) {
        if (from.array != to.array()) {
            for (int r = 0; r < rows; r++) {
                to.put(r, 0, columns, from.array, r * columns);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
