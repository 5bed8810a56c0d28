package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.kernel.PtxModule;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;

/** Masks that are multiplied in element by element, and masks written out. */
final class MaskOperations {
    private final VectorOperations vectors;
    private final KernelLauncher launcher;
    private final Kernel nodeMask;
    private final Kernel weightMask;
    private final Kernel maskExport;

    MaskOperations(CudaKernels kernels, KernelLauncher launcher, VectorOperations vectors) {
        this.vectors = vectors;
        this.launcher = launcher;
        nodeMask = kernels.kernel(PtxModule.NODE_MASK, "node_mask");
        weightMask = kernels.kernel(PtxModule.MASK_VALUES, "weight_mask");
        maskExport = kernels.kernel(PtxModule.MASK_VALUES, "mask_export");
    }

    /** {@code to[b, u] = from[b, u] m[first + b, 0, u]}. */
    void node(CudaMask mask, int firstSample, int samples, int outputs, CudaFloats from, CudaFloats to) {
        if (mask.spec().isIdentity()) {
            copy(from, to, (long) samples * outputs);
            return;
        }
        drawing(nodeMask, mask)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(outputs)
                .pointer(from)
                .pointer(to)
                .launch(LaunchShapes.nodes(samples, outputs));
    }

    /** {@code to[i, u] = from[i, u] m[0, i, u]}. */
    void weight(CudaMask mask, int inputs, int outputs, CudaFloats from, CudaFloats to) {
        if (mask.spec().isIdentity()) {
            copy(from, to, (long) inputs * outputs);
            return;
        }
        drawing(weightMask, mask)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(inputs)
                .int32(outputs)
                .pointer(from)
                .pointer(to)
                .launch(LaunchShapes.masks(1, inputs, outputs));
    }

    /** {@code to[b, i, u] = m[first + b, i, u]}. */
    void export(CudaMask mask, int firstSample, int samples, int inputs, int outputs, CudaFloats to) {
        MaskSpec spec = mask.spec();
        if (spec.isIdentity()) {
            vectors.fill(to.window((long) samples * inputs * outputs), 1);
            return;
        }
        drawing(maskExport, mask)
                .int32(spec.granularity() == Granularity.NODE ? 1 : 0)
                .int32(fixed(mask))
                .int32(rate(mask).planes())
                .int32(rate(mask).threshold())
                .float32(rate(mask).sigma())
                .int32(firstSample)
                .int32(samples)
                .int32(inputs)
                .int32(outputs)
                .pointer(to)
                .launch(LaunchShapes.masks(samples, inputs, outputs));
    }

    // What all of these kernels begin with; noise is numbered as in cuda/mask.cuh.
    private KernelLauncher drawing(Kernel kernel, CudaMask mask) {
        return launcher.of(kernel)
                .pointer(mask.state().address())
                .int32(mask.layer())
                .int32(mask.spec().noise().ordinal());
    }

    private static int fixed(CudaMask mask) {
        return mask.spec().fixed() ? 1 : 0;
    }

    private static DropRate rate(CudaMask mask) {
        return mask.spec().rate();
    }

    private void copy(CudaFloats from, CudaFloats to, long length) {
        if (!from.startsAt(to)) {
            vectors.copy(from.window(length), to.window(length));
        }
    }
}
