package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskKernels;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.MaskExportLauncher;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.DropRate;

/** Masks that are multiplied in element by element, and masks written out. */
final class MaskOperations extends Operations implements MaskKernels {
    private final MaskExportLauncher export;
    private final Kernel nodeMask;
    private final Kernel weightMask;
    private final Kernel reparameterize;
    private final Kernel reparameterizeBackward;

    MaskOperations(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        nodeMask = kernels.kernel(PtxModule.NODE_MASK, "node_mask");
        weightMask = kernels.kernel(PtxModule.MASK_VALUES, "weight_mask");
        export = new MaskExportLauncher(queue, kernels, launcher);
        reparameterize = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize");
        reparameterizeBackward = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize_backward");
    }

    @Override
    public void node(LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        DeviceMask drawn = own(mask);
        if (mask.spec().isIdentity()) {
            copy(floats(from), floats(to), (long) samples * outputs);
            return;
        }
        drawing(nodeMask, drawn)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs)
                .pointer(floats(from))
                .pointer(floats(to))
                .launch(LaunchShapes.nodes(samples, outputs));
    }

    @Override
    public void weight(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        DeviceMask drawn = own(mask);
        if (mask.spec().isIdentity()) {
            copy(floats(from), floats(to), (long) inputs * outputs);
            return;
        }
        drawing(weightMask, drawn)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(inputs)
                .int32(outputs)
                .pointer(floats(from))
                .pointer(floats(to))
                .launch(LaunchShapes.masks(1, inputs, outputs));
    }

    @Override
    public void export(LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        queue.enter();
        export.launch(own(mask), firstSample, samples, inputs, outputs, floats(to).address);
    }

    @Override
    public void reparameterize(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z) {
        queue.enter();
        atOutputs(reparameterize, mask, firstSample, samples, outputs)
                .pointer(floats(variance))
                .pointer(floats(z))
                .launch(shapes.elements((long) samples * outputs));
    }

    @Override
    public void reparameterizeBackward(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance) {
        queue.enter();
        atOutputs(reparameterizeBackward, mask, firstSample, samples, outputs)
                .pointer(floats(variance))
                .pointer(floats(dz))
                .pointer(floats(dVariance))
                .launch(shapes.elements((long) samples * outputs));
    }

    private KernelLauncher atOutputs(Kernel kernel, LayerMask mask, int firstSample, int samples, int outputs) {
        DeviceMask drawn = own(mask);
        return launcher.of(kernel)
                .pointer(drawn.state())
                .int32(drawn.layer())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs);
    }

    // What all kernels of values begin with; noise is numbered as in cuda/mask.cuh.
    private KernelLauncher drawing(Kernel kernel, DeviceMask mask) {
        return launcher.of(kernel)
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
            queue.copy(from.pointer, to.pointer, length * CudaBuffer.ELEMENT_BYTES);
        }
    }
}
