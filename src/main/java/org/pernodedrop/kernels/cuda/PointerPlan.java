package org.pernodedrop.kernels.cuda;

import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.MaskSpec;

/**
 * A kind of layer on a GPU, prepared by {@link PointerKernels#plan}: its mask's distribution and its sizes. Matrices are
 * row-major: x and dx {@code [B T, I]}, w and dw {@code [I, U]}, z, y and dz {@code [B T, U]}, bias and db one row {@code [U]}.
 *
 * <p>Operands whose rows have gaps (a leading dimension above the columns) are copied to the workspace and back; without gaps
 * and at multiples of 16 bytes, with I and U multiples of 4, kernels are fastest. Products with several positions a sample
 * round their factors to TF32 or bf16, as {@link org.pernodedrop.kernels.Precision#onTensorCores} says.
 *
 * <p>A plan is valid as long as its {@link PointerKernels}, and its methods throw what theirs do.
 */
public final class PointerPlan {
    private final PointerKernels kernels;
    private final MaskSpec spec;
    private final ConnectionShape shape;
    /** The shape that kernels compute: without a mask, positions are samples. */
    private final ConnectionShape computed;

    private final long workspaceBytes;

    PointerPlan(PointerKernels kernels, MaskSpec spec, ConnectionShape shape) {
        this.kernels = kernels;
        this.spec = spec;
        this.shape = shape;
        this.computed = spec.isIdentity() ? ConnectionShape.of(shape.rows(), shape.inputs(), shape.outputs()) : shape;
        this.workspaceBytes = kernels.prepare(spec, computed);
    }

    public MaskSpec spec() {
        return spec;
    }

    public ConnectionShape shape() {
        return shape;
    }

    /** Bytes of workspace that a call takes at most if no operand has gaps; may be 0. */
    public long workspaceBytes() {
        return workspaceBytes;
    }

    /** The same if all operands have gaps. */
    public long stridedWorkspaceBytes() {
        long inputs = PointerCall.copyBytes(shape.rows(), shape.inputs());
        long weights = PointerCall.copyBytes(shape.inputs(), shape.outputs());
        long outputs = PointerCall.copyBytes(shape.rows(), shape.outputs());
        return workspaceBytes + Math.max(inputs + weights + 2 * outputs, 2 * inputs + 2 * weights + outputs);
    }

    /**
     * Bytes of packed bits, for {@link DeviceLaunch#packed}.
     *
     * @throws IllegalArgumentException unless the noise is Bernoulli, of a drop rate above 0, with one position a sample
     */
    public long packedBytes() {
        Arguments.packableMask(spec, shape);
        return Integer.BYTES * ConnectionPlan.packedWords(shape);
    }

    /**
     * The layer: z, and y if it is wanted.
     *
     * @param launch its packed bits are written, if there are any
     * @param pass its operands
     */
    public void forward(DeviceLaunch launch, ForwardPass<DeviceMatrix> pass) {
        Activation activation =
                Arguments.notNull("activation", Arguments.notNull("pass", pass).activation());
        PointerCall call = begin(launch);
        DeviceMatrix bias = pass.bias();
        DeviceMatrix z = pass.z();
        DeviceMatrix y = pass.y();
        DeviceAddress ownX = call.input("x", pass.x(), shape.rows(), shape.inputs());
        DeviceAddress ownW = call.input("w", pass.w(), shape.inputs(), shape.outputs());
        DeviceAddress ownBias = bias == null ? null : call.input("bias", bias, 1, shape.outputs());
        DeviceAddress ownZ = call.output("z", z, shape.rows(), shape.outputs());
        boolean onlyZ = y == null || activation == Activation.LINEAR && y.equals(z);
        DeviceAddress ownY = onlyZ ? ownZ : call.output("y", y, shape.rows(), shape.outputs());
        if (launch.packed() != 0) {
            call.output("packed", launch.packed(), packedBytes());
        }
        Activation computedActivation = onlyZ ? Activation.LINEAR : activation;
        ForwardPass<DeviceAddress> own = new ForwardPass<>(computedActivation, ownX, ownW, ownBias, ownZ, ownY);
        kernels.run(launch.stream(), call, workspaceBytes, () -> kernels.products()
                .forward(draw(launch), own, call::scratch));
    }

    /**
     * The gradients, with the very same mask as {@link #forward} at the state's step.
     *
     * @param launch its packed bits are read, if there are any: what {@link #forward} or {@link #pack} left there for this
     *     state, layer and first sample
     * @param pass its operands; with an activation, dz is {@code dy act'(z)}
     */
    public void backward(DeviceLaunch launch, BackwardPass<DeviceMatrix> pass) {
        Arguments.notNull("pass", pass);
        PointerCall call = begin(launch);
        DeviceAddress ownX = call.input("x", pass.x(), shape.rows(), shape.inputs());
        DeviceAddress ownW = call.input("w", pass.w(), shape.inputs(), shape.outputs());
        DeviceAddress ownDz = call.input("dz", pass.dz(), shape.rows(), shape.outputs());
        if (launch.packed() != 0) {
            call.input("packed", launch.packed(), packedBytes());
        }
        DeviceMatrix dx = pass.dx();
        DeviceMatrix dw = pass.dw();
        DeviceMatrix db = pass.db();
        DeviceAddress ownDx = dx == null ? null : call.output("dx", dx, shape.rows(), shape.inputs());
        DeviceAddress ownDw = dw == null ? null : call.output("dw", dw, shape.inputs(), shape.outputs());
        DeviceAddress ownDb = db == null ? null : call.output("db", db, 1, shape.outputs());
        BackwardPass<DeviceAddress> own = new BackwardPass<>(ownX, ownW, ownDz, ownDx, ownDw, ownDb);
        kernels.run(launch.stream(), call, workspaceBytes, () -> kernels.products()
                .backward(draw(launch), own, call::scratch));
    }

    /** Draws the kept bits of a Bernoulli mask to the launch's packed bits, as {@link #forward} would. */
    public void pack(DeviceLaunch launch) {
        PointerCall call = begin(launch);
        if (launch.packed() == 0) {
            throw new IllegalArgumentException(
                    "packed must not be 0; give the address of packedBytes() bytes by DeviceLaunch.withPacked");
        }
        call.output("packed", launch.packed(), packedBytes());
        kernels.run(launch.stream(), call, 0, () -> kernels.products().pack(draw(launch)));
    }

    /**
     * The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[firstSample + b, i, :]}.
     *
     * @param to {@code [B I, U]}, without gaps between its rows
     */
    public void export(DeviceLaunch launch, DeviceMatrix to) {
        PointerCall call = begin(launch);
        int rows = Arguments.exportRows(shape);
        call.output("to", to, rows, shape.outputs());
        if (!to.isGapless(rows, shape.outputs())) {
            throw new IllegalArgumentException("to must have no gaps between its rows: to.leadingDimension="
                    + to.leadingDimension() + ", outputs=" + shape.outputs());
        }
        kernels.run(launch.stream(), call, 0, () -> kernels.export(mask(launch), launch.firstSample(), shape, to));
    }

    private PointerCall begin(DeviceLaunch launch) {
        Arguments.notNull("launch", launch);
        Arguments.sampleWindow(launch.firstSample(), shape.samples());
        PointerCall call = new PointerCall(launch.workspace());
        call.input("state", launch.state(), PointerKernels.STATE_BYTES);
        return call;
    }

    private DeviceMask mask(DeviceLaunch launch) {
        return new DeviceMask(spec, launch.layer(), launch.state());
    }

    private MaskDraw<DeviceMask, DeviceAddress> draw(DeviceLaunch launch) {
        DeviceAddress packed = launch.packed() == 0 ? null : launch::packed;
        return new MaskDraw<>(mask(launch), launch.firstSample(), computed, packed);
    }
}
