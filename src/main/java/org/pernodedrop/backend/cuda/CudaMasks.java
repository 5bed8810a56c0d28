package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Masks;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.MaskExportLauncher;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.MaskSpec;

/** Masks that are multiplied in element by element, and masks written out. */
final class CudaMasks extends Masks {
    private final CudaParts parts;
    private final CudaVectors vectors;
    private final Kernel nodeMask;
    private final Kernel nodeForward;
    private final Kernel nodeBackward;
    private final Kernel weightMask;
    private final MaskExportLauncher export;
    private final Kernel reparameterize;
    private final Kernel reparameterizeBackward;

    CudaMasks(KernelRunner runner, CudaParts parts, CudaVectors vectors) {
        super(runner, vectors);
        this.parts = parts;
        this.vectors = vectors;
        KernelModules kernels = parts.kernels;
        nodeMask = kernels.kernel(PtxModule.NODE_MASK, "node_mask");
        nodeForward = kernels.kernel(PtxModule.NODE_MASK, "node_forward");
        nodeBackward = kernels.kernel(PtxModule.NODE_MASK, "node_backward");
        weightMask = kernels.kernel(PtxModule.MASK_VALUES, "weight_mask");
        export = new MaskExportLauncher(parts.queue, kernels, parts.launcher);
        reparameterize = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize");
        reparameterizeBackward = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize_backward");
    }

    @Override
    protected void multiplyNodesKernel(Rows rows, DeviceFloats from, DeviceFloats to) {
        parts.queue.enter();
        DeviceMask drawn = parts.own(rows.mask());
        if (drawn.spec().isIdentity()) {
            copy(parts.floats(from), parts.floats(to), rows.size());
            return;
        }
        onNodes(nodeMask, drawn, rows)
                .pointer(parts.floats(from, to))
                .launch(LaunchShapes.nodes(rows.samples(), rows.outputs()));
    }

    private KernelLauncher onNodes(Kernel kernel, DeviceMask mask, Rows rows) {
        return drawing(kernel, mask).int32(rows.firstSample(), rows.samples(), rows.outputs());
    }

    @Override
    protected void nodeForwardKernel(
            Rows rows, Activation activation, DeviceFloats p, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        if (rows.mask().spec().isIdentity()) {
            super.nodeForwardKernel(rows, activation, p, bias, z, y);
            return;
        }
        parts.queue.enter();
        onNodes(nodeForward, parts.own(rows.mask()), rows)
                .int32(activation.code())
                .pointer(parts.floats(p, bias, z, y))
                .launch(LaunchShapes.nodes(rows.samples(), rows.outputs()));
    }

    /** The bias's gradient is summed over parts of the rows first, then over the parts, each in order. */
    @Override
    protected void nodeBackwardKernel(
            Rows rows,
            Activation activation,
            DeviceFloats z,
            DeviceFloats y,
            DeviceFloats dy,
            DeviceFloats dp,
            DeviceFloats db) {
        if (rows.mask().spec().isIdentity()) {
            super.nodeBackwardKernel(rows, activation, z, y, dy, dp, db);
            return;
        }
        parts.queue.enter();
        DeviceMask drawn = parts.own(rows.mask());
        CudaFloats bias = parts.floats(db);
        Grid grid = parts.shapes.nodeGradients(rows.samples(), rows.outputs());
        boolean inParts = bias != null && grid.y() > 1;
        long sums = inParts ? parts.scratch.reserve((long) Float.BYTES * grid.y() * rows.outputs()) : 0;
        onNodes(nodeBackward, drawn, rows)
                .int32(activation.code())
                .pointer(parts.floats(z, y, dy, dp))
                .pointer(inParts || bias == null ? sums : bias.address)
                .launch(grid);
        if (inParts) {
            vectors.addRows(grid.y(), rows.outputs(), sums, bias.address);
        }
    }

    @Override
    protected void multiplyWeightsKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        parts.queue.enter();
        DeviceMask drawn = parts.own(mask);
        if (mask.spec().isIdentity()) {
            copy(parts.floats(from), parts.floats(to), (long) inputs * outputs);
            return;
        }
        drawing(weightMask, drawn)
                .int32(inputs, outputs)
                .pointer(parts.floats(from, to))
                .launch(LaunchShapes.masks(1, inputs, outputs));
    }

    @Override
    protected void exportKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        parts.queue.enter();
        export.launch(parts.own(mask), firstSample, samples, inputs, outputs, parts.floats(to).address);
    }

    @Override
    protected void reparameterizeKernel(Rows rows, DeviceFloats variance, DeviceFloats z) {
        atOutputs(reparameterize, rows, variance, z);
    }

    @Override
    protected void reparameterizeBackwardKernel(
            Rows rows, DeviceFloats variance, DeviceFloats dz, DeviceFloats dVariance) {
        atOutputs(reparameterizeBackward, rows, variance, dz, dVariance);
    }

    private void atOutputs(Kernel kernel, Rows rows, DeviceFloats... operands) {
        parts.queue.enter();
        DeviceMask drawn = parts.own(rows.mask());
        parts.launcher
                .of(kernel)
                .pointer(drawn.state())
                .int32(drawn.layer())
                .float32(drawn.spec().rate().sigma())
                .int32(rows.firstSample(), rows.samples(), rows.outputs())
                .pointer(parts.floats(operands))
                .launch(parts.shapes.elements(rows.size()));
    }

    // What all kernels of values begin with; noise is numbered as in cuda/mask.cuh.
    private KernelLauncher drawing(Kernel kernel, DeviceMask mask) {
        MaskSpec spec = mask.spec();
        DropRate rate = spec.rate();
        return parts.launcher
                .of(kernel)
                .pointer(mask.state())
                .int32(mask.layer(), spec.noise().code(), spec.fixed() ? 1 : 0, rate.planes(), rate.threshold())
                .float32(rate.sigma());
    }

    private void copy(CudaFloats from, CudaFloats to, long length) {
        if (!from.startsAt(to)) {
            parts.queue.copy(from.pointer, to.pointer, length * CudaBuffer.ELEMENT_BYTES);
        }
    }
}
