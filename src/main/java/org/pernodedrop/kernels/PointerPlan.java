package org.pernodedrop.kernels;

import static org.pernodedrop.kernels.Arguments.notNull;

import org.pernodedrop.backend.cuda.PointerConnections;
import org.pernodedrop.backend.cuda.PointerLayer;
import org.pernodedrop.mask.MaskSpec;

/**
 * A kind of layer on a GPU, prepared by {@link PointerKernels#plan}: its mask's distribution and its sizes. Matrices are
 * row-major: x and dx {@code [B T, I]}, w and dw {@code [I, U]}, z, y and dz {@code [B T, U]}, bias and db one row {@code [U]}.
 *
 * <p>Operands whose rows have gaps (a leading dimension above the columns) are copied to the workspace and back; without gaps
 * and at multiples of 16 bytes, with I and U multiples of 4, kernels are fastest. Products of sequences (several positions)
 * round their factors to TF32's 10 bits, as their tensor cores do.
 *
 * <p>It is as valid, and fails as {@link PointerKernels} does.
 */
public final class PointerPlan {
    private final PointerConnections connections;
    private final PointerLayer layer;
    private final ConnectionShape shape;

    PointerPlan(PointerConnections connections, MaskSpec spec, ConnectionShape shape) {
        this.connections = connections;
        this.layer = connections.prepare(spec, shape);
        this.shape = shape;
    }

    public MaskSpec spec() {
        return layer.spec();
    }

    public ConnectionShape shape() {
        return shape;
    }

    /** Bytes of workspace that a call takes at most if no operand has gaps; may be 0. */
    public long workspaceBytes() {
        return layer.scratchBytes();
    }

    /** The same if all operands have gaps. */
    public long stridedWorkspaceBytes() {
        long inputs = PointerConnections.copyBytes(shape.rows(), shape.inputs());
        long weights = PointerConnections.copyBytes(shape.inputs(), shape.outputs());
        long outputs = PointerConnections.copyBytes(shape.rows(), shape.outputs());
        return layer.scratchBytes() + Math.max(inputs + weights + 2 * outputs, 2 * inputs + 2 * weights + outputs);
    }

    /**
     * Bytes of packed bits, for {@link DeviceLaunch#packed}.
     *
     * @throws IllegalArgumentException unless the noise is Bernoulli, of a drop rate above 0, with one position a sample
     */
    public long packedBytes() {
        Arguments.packableMask(layer.spec(), shape);
        return Integer.BYTES * PointerConnections.packedWords(shape);
    }

    /**
     * The layer: z, and y if it is wanted.
     *
     * @param launch its packed bits are written, if there are any
     * @param bias one row, or null for none
     * @param z the sums before the activation
     * @param y {@code act(z)}; null if only z is wanted; may be z if the activation is linear
     */
    public void forward(
            DeviceLaunch launch,
            Activation activation,
            DeviceMatrix x,
            DeviceMatrix w,
            DeviceMatrix bias,
            DeviceMatrix z,
            DeviceMatrix y) {
        notNull("activation", activation);
        PointerOperands operands = begin(launch);
        operands.input("x", x, shape.rows(), shape.inputs());
        operands.input("w", w, shape.inputs(), shape.outputs());
        if (bias != null) {
            operands.input("bias", bias, 1, shape.outputs());
        }
        operands.output("z", z, shape.rows(), shape.outputs());
        if (y != null && !(activation == Activation.LINEAR && y.equals(z))) {
            operands.output("y", y, shape.rows(), shape.outputs());
        }
        if (launch.packed() != 0) {
            operands.output("packed", launch.packed(), packedBytes());
        }
        operands.check(connections, launch.workspace(), layer.scratchBytes());
        connections.forward(launch, layer, activation, x, w, bias, z, y);
    }

    /**
     * The gradients, with the very same mask as {@link #forward} at the state's step.
     *
     * @param launch its packed bits are read, if there are any: what {@link #forward} or {@link #pack} left there for this
     *     state, layer and first sample
     * @param dz gradient of z; with an activation, {@code dy act'(z)}
     * @param dx null if not wanted
     * @param dw null if not wanted
     * @param db one row; null if not wanted
     */
    public void backward(
            DeviceLaunch launch,
            DeviceMatrix x,
            DeviceMatrix w,
            DeviceMatrix dz,
            DeviceMatrix dx,
            DeviceMatrix dw,
            DeviceMatrix db) {
        PointerOperands operands = begin(launch);
        operands.input("x", x, shape.rows(), shape.inputs());
        operands.input("w", w, shape.inputs(), shape.outputs());
        operands.input("dz", dz, shape.rows(), shape.outputs());
        if (launch.packed() != 0) {
            operands.input("packed", launch.packed(), packedBytes());
        }
        if (dx != null) {
            operands.output("dx", dx, shape.rows(), shape.inputs());
        }
        if (dw != null) {
            operands.output("dw", dw, shape.inputs(), shape.outputs());
        }
        if (db != null) {
            operands.output("db", db, 1, shape.outputs());
        }
        operands.check(connections, launch.workspace(), layer.scratchBytes());
        connections.backward(launch, layer, x, w, dz, dx, dw, db);
    }

    /** Draws the kept bits of a Bernoulli mask to the launch's packed bits, as {@link #forward} would. */
    public void pack(DeviceLaunch launch) {
        PointerOperands operands = begin(launch);
        if (launch.packed() == 0) {
            throw new IllegalArgumentException(
                    "packed must not be 0; give the address of packedBytes() bytes by DeviceLaunch.withPacked");
        }
        operands.output("packed", launch.packed(), packedBytes());
        operands.check(connections, 0, 0);
        connections.pack(launch, layer);
    }

    /**
     * The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[firstSample + b, i, :]}.
     *
     * @param to {@code [B I, U]}, without gaps between its rows
     */
    public void export(DeviceLaunch launch, DeviceMatrix to) {
        PointerOperands operands = begin(launch);
        int rows = Arguments.exportRows(shape);
        operands.output("to", to, rows, shape.outputs());
        if (!to.isGapless(rows, shape.outputs())) {
            throw new IllegalArgumentException("to must have no gaps between its rows: to.leadingDimension="
                    + to.leadingDimension() + ", outputs=" + shape.outputs());
        }
        operands.check(connections, 0, 0);
        connections.export(launch, layer, to.address());
    }

    private PointerOperands begin(DeviceLaunch launch) {
        notNull("launch", launch);
        Arguments.sampleWindow(launch.firstSample(), shape.samples());
        PointerOperands operands = new PointerOperands();
        operands.input("state", launch.state(), PointerKernels.STATE_BYTES);
        return operands;
    }
}
