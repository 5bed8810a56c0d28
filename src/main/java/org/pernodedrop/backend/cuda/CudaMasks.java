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
    protected void multiplyNodesKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        parts.queue.enter();
        DeviceMask drawn = parts.own(mask);
        if (mask.spec().isIdentity()) {
            copy(parts.floats(from), parts.floats(to), (long) samples * outputs);
            return;
        }
        onNodes(nodeMask, drawn, firstSample, samples, outputs)
                .pointer(parts.floats(from))
                .pointer(parts.floats(to))
                .launch(LaunchShapes.nodes(samples, outputs));
    }

    private KernelLauncher onNodes(Kernel kernel, DeviceMask mask, int firstSample, int samples, int outputs) {
        DropRate rate = mask.spec().rate();
        return drawing(kernel, mask)
                .int32(mask.spec().fixed() ? 1 : 0)
                .int32(rate.planes())
                .int32(rate.threshold())
                .float32(rate.sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs);
    }

    @Override
    protected void nodeForwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats p,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        if (mask.spec().isIdentity()) {
            super.nodeForwardKernel(mask, firstSample, samples, outputs, activation, p, bias, z, y);
            return;
        }
        parts.queue.enter();
        onNodes(nodeForward, parts.own(mask), firstSample, samples, outputs)
                .int32(activation.code())
                .pointer(parts.floats(p))
                .pointer(parts.floats(bias))
                .pointer(parts.floats(z))
                .pointer(parts.floats(y))
                .launch(LaunchShapes.nodes(samples, outputs));
    }

    /** The bias's gradient is summed over parts of the rows first, then over the parts, each in order. */
    @Override
    protected void nodeBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            Activation activation,
            DeviceFloats z,
            DeviceFloats y,
            DeviceFloats dy,
            DeviceFloats dp,
            DeviceFloats db) {
        if (mask.spec().isIdentity()) {
            super.nodeBackwardKernel(mask, firstSample, samples, outputs, activation, z, y, dy, dp, db);
            return;
        }
        parts.queue.enter();
        DeviceMask drawn = parts.own(mask);
        CudaFloats bias = parts.floats(db);
        Grid grid = parts.shapes.nodeBackward(samples, outputs);
        boolean inParts = bias != null && grid.y() > 1;
        long sums = inParts ? parts.scratch.reserve((long) Float.BYTES * grid.y() * outputs) : 0;
        onNodes(nodeBackward, drawn, firstSample, samples, outputs)
                .int32(activation.code())
                .pointer(parts.floats(z))
                .pointer(parts.floats(y))
                .pointer(parts.floats(dy))
                .pointer(parts.floats(dp))
                .pointer(inParts || bias == null ? sums : bias.address)
                .launch(grid);
        if (inParts) {
            vectors.addRows(grid.y(), outputs, sums, bias.address);
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
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(inputs)
                .int32(outputs)
                .pointer(parts.floats(from))
                .pointer(parts.floats(to))
                .launch(LaunchShapes.masks(1, inputs, outputs));
    }

    @Override
    protected void exportKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        parts.queue.enter();
        export.launch(parts.own(mask), firstSample, samples, inputs, outputs, parts.floats(to).address);
    }

    @Override
    protected void reparameterizeKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z) {
        parts.queue.enter();
        atOutputs(reparameterize, mask, firstSample, samples, outputs)
                .pointer(parts.floats(variance))
                .pointer(parts.floats(z))
                .launch(parts.shapes.elements((long) samples * outputs));
    }

    @Override
    protected void reparameterizeBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance) {
        parts.queue.enter();
        atOutputs(reparameterizeBackward, mask, firstSample, samples, outputs)
                .pointer(parts.floats(variance))
                .pointer(parts.floats(dz))
                .pointer(parts.floats(dVariance))
                .launch(parts.shapes.elements((long) samples * outputs));
    }

    private KernelLauncher atOutputs(Kernel kernel, LayerMask mask, int firstSample, int samples, int outputs) {
        DeviceMask drawn = parts.own(mask);
        return parts.launcher
                .of(kernel)
                .pointer(drawn.state())
                .int32(drawn.layer())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs);
    }

    // What all kernels of values begin with; noise is numbered as in cuda/mask.cuh.
    private KernelLauncher drawing(Kernel kernel, DeviceMask mask) {
        return parts.launcher
                .of(kernel)
                .pointer(mask.state())
                .int32(mask.layer())
                .int32(mask.spec().noise().code());
    }

    private static int fixed(LayerMask mask) {
        return mask.spec().fixed() ? 1 : 0;
    }

    private static DropRate rate(LayerMask mask) {
        return mask.spec().rate();
    }

    private void copy(CudaFloats from, CudaFloats to, long length) {
        if (!from.startsAt(to)) {
            parts.queue.copy(from.pointer, to.pointer, length * CudaBuffer.ELEMENT_BYTES);
        }
    }
}
