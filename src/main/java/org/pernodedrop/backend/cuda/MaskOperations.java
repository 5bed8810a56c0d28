package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskKernels;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;

/** Masks that are multiplied in element by element, and masks written out. */
final class MaskOperations extends Operations implements MaskKernels {
    private static final int ONE = Float.floatToRawIntBits(1);

    private final Kernel nodeMask;
    private final Kernel weightMask;
    private final Kernel maskExport;
    private final Kernel reparameterize;
    private final Kernel reparameterizeBackward;

    MaskOperations(OperationParts parts) {
        super(parts);
        CudaKernels kernels = parts.kernels();
        nodeMask = kernels.kernel(PtxModule.NODE_MASK, "node_mask");
        weightMask = kernels.kernel(PtxModule.MASK_VALUES, "weight_mask");
        maskExport = kernels.kernel(PtxModule.MASK_VALUES, "mask_export");
        reparameterize = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize");
        reparameterizeBackward = kernels.kernel(PtxModule.REPARAMETERIZATION, "reparameterize_backward");
    }

    /** Loads the kernel of {@link #export}. */
    void loadExport() {
        maskExport.function();
    }

    @Override
    public void node(LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        CudaMask drawn = own(mask);
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
        CudaMask drawn = own(mask);
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
        CudaMask drawn = own(mask);
        CudaFloats target = floats(to);
        MaskSpec spec = mask.spec();
        if (spec.isIdentity()) {
            queue.fill(target.pointer, ONE, (long) samples * inputs * outputs);
            return;
        }
        drawing(maskExport, drawn)
                .int32(spec.granularity() == Granularity.NODE ? 1 : 0)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(inputs)
                .int32(outputs)
                .pointer(target)
                .launch(LaunchShapes.masks(samples, inputs, outputs));
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
        CudaMask drawn = own(mask);
        return launcher.of(kernel)
                .pointer(drawn.state().address())
                .int32(drawn.layer())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs);
    }

    // What all kernels of values begin with; noise is numbered as in cuda/mask.cuh.
    private KernelLauncher drawing(Kernel kernel, CudaMask mask) {
        return launcher.of(kernel)
                .pointer(mask.state().address())
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
