package org.pernodedrop.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.kernels.cpu.HostKernels;
import org.pernodedrop.mask.Mask;

/** The operands of one layer, somewhere in memory, between floats that nobody may touch. */
public final class HostLayer {
    public static final float GUARD = 12345.5f;

    /** Where matrices lie, and how far their rows are apart. */
    public interface Place {
        Place ARRAYS = (values, rows, columns) -> strided(values, rows, columns, columns, false);
        Place BUFFERS = (values, rows, columns) -> strided(values, rows, columns, columns, true);
        Place WIDE_ARRAYS = (values, rows, columns) -> strided(values, rows, columns, columns + 5, false);
        Place WIDE_BUFFERS = (values, rows, columns) -> strided(values, rows, columns, columns + 3, true);

        Placed place(float[] values, int rows, int columns);
    }

    /** A matrix and the memory around it. */
    public record Placed(HostMatrix matrix, FloatBuffer memory, int rows, int columns, int leadingDimension) {
        static final int BEFORE = 3;

        public float[] read() {
            float[] values = new float[rows * columns];
            for (int r = 0; r < rows; r++) {
                matrix.get(r, 0, columns, values, r * columns);
            }
            return values;
        }

        public void requireGuards() {
            for (int k = 0; k < memory.capacity(); k++) {
                int inside = k - BEFORE;
                boolean element =
                        inside >= 0 && inside / leadingDimension < rows && inside % leadingDimension < columns;
                if (!element && memory.get(k) != GUARD) {
                    throw new AssertionError("float " + inside + " beside a matrix was overwritten: " + memory.get(k));
                }
            }
        }
    }

    public final ConnectionShape shape;
    public final float[] xs;
    public final float[] ws;
    public final float[] biases;
    public final float[] dzs;
    public final Placed x;
    public final Placed w;
    public final Placed bias;
    public final Placed dz;
    public final Placed z;
    public final Placed y;
    public final Placed dx;
    public final Placed dw;
    public final Placed db;

    public HostLayer(ConnectionShape shape, Place place) {
        this.shape = shape;
        xs = Numbers.floats(1, (int) shape.inputSize());
        ws = Numbers.floats(2, (int) shape.weightSize());
        biases = Numbers.floats(3, shape.outputs());
        dzs = Numbers.floats(4, (int) shape.outputSize());
        x = place.place(xs, shape.rows(), shape.inputs());
        w = place.place(ws, shape.inputs(), shape.outputs());
        bias = place.place(biases, 1, shape.outputs());
        dz = place.place(dzs, shape.rows(), shape.outputs());
        z = place.place(new float[dzs.length], shape.rows(), shape.outputs());
        y = place.place(new float[dzs.length], shape.rows(), shape.outputs());
        dx = place.place(new float[xs.length], shape.rows(), shape.inputs());
        dw = place.place(new float[ws.length], shape.inputs(), shape.outputs());
        db = place.place(new float[biases.length], 1, shape.outputs());
    }

    public HostLayer compute(HostKernels kernels, Mask mask, int firstSample, Activation activation, int[] packed) {
        MaskDraw<Mask, int[]> draw = new MaskDraw<>(mask, firstSample, shape, packed);
        kernels.forward(draw, forward(activation, y.matrix));
        kernels.backward(draw, backward(dx.matrix, dw.matrix, db.matrix));
        for (Placed placed : new Placed[] {x, w, bias, dz, z, y, dx, dw, db}) {
            placed.requireGuards();
        }
        return this;
    }

    /** A forward pass to z, and to y or nowhere. */
    public ForwardPass<HostMatrix> forward(Activation activation, HostMatrix y) {
        return new ForwardPass<>(activation, x.matrix, w.matrix, bias.matrix, z.matrix, y);
    }

    /** A backward pass to the gradients that are not null. */
    public BackwardPass<HostMatrix> backward(HostMatrix dx, HostMatrix dw, HostMatrix db) {
        return new BackwardPass<>(x.matrix, w.matrix, dz.matrix, dx, dw, db);
    }

    /** All results, in one array. */
    public float[] results() {
        float[] all = new float[0];
        for (Placed placed : new Placed[] {z, y, dx, dw, db}) {
            float[] values = placed.read();
            int at = all.length;
            all = Arrays.copyOf(all, at + values.length);
            System.arraycopy(values, 0, all, at, values.length);
        }
        return all;
    }

    public static Placed strided(float[] values, int rows, int columns, int leadingDimension, boolean direct) {
        int size = Placed.BEFORE + rows * leadingDimension + 2;
        FloatBuffer memory = direct
                ? ByteBuffer.allocateDirect(Float.BYTES * size)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer()
                : FloatBuffer.allocate(size);
        for (int k = 0; k < size; k++) {
            memory.put(k, GUARD);
        }
        for (int r = 0; r < rows; r++) {
            memory.put(Placed.BEFORE + r * leadingDimension, values, r * columns, columns);
        }
        HostMatrix matrix = direct
                ? HostMatrix.of(memory.duplicate().position(Placed.BEFORE), leadingDimension)
                : HostMatrix.of(memory.array(), Placed.BEFORE, leadingDimension);
        return new Placed(matrix, memory, rows, columns, leadingDimension);
    }
}
