package org.pernodedrop.kernels.cuda;

import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;

/** Writes a mask's multipliers to the GPU's memory. Arguments are trusted. */
public final class MaskExportLauncher {
    private static final int ONE = Float.floatToRawIntBits(1);

    private final LaunchQueue queue;
    private final KernelLauncher launcher;
    private final Kernel kernel;

    /** @param queue where a mask of ones is written */
    public MaskExportLauncher(LaunchQueue queue, KernelModules modules, KernelLauncher launcher) {
        this.queue = queue;
        this.launcher = launcher;
        kernel = modules.kernel(PtxModule.MASK_VALUES, "mask_export");
    }

    /**
     * Writes {@code m[firstSample + b, i, u]}, {@code [samples, inputs, outputs]} without gaps.
     *
     * @param to address of the first float
     */
    public void launch(DeviceMask mask, int firstSample, int samples, int inputs, int outputs, long to) {
        if (mask.spec().isIdentity()) {
            queue.fill(DriverMemory.pointer(to), ONE, (long) samples * inputs * outputs);
            return;
        }
        DropRate rate = mask.spec().rate();
        launcher.of(kernel)
                .pointer(mask.state())
                .int32(mask.layer(), mask.spec().noise().code())
                .int32(
                        mask.spec().granularity() == Granularity.NODE ? 1 : 0,
                        mask.spec().fixed() ? 1 : 0)
                .int32(rate.planes(), rate.threshold())
                .float32(rate.sigma())
                .int32(firstSample, samples, inputs, outputs)
                .pointer(to)
                .launch(LaunchShapes.masks(samples, inputs, outputs));
    }

    /** Loads the kernel, as must be done before a capture. */
    void load() {
        kernel.function();
    }
}
