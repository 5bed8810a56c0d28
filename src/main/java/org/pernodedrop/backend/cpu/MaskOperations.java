package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskKernels;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.cpu.ElementMasks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** The masks of {@link ElementMasks} on this backend's buffers. */
final class MaskOperations implements MaskKernels {
    private final ElementMasks masks;

    MaskOperations(WorkerPool pool) {
        masks = new ElementMasks(pool);
    }

    @Override
    public void node(LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.node(
                CpuStepState.current(mask),
                firstSample,
                samples,
                outputs,
                CpuFloats.matrix(from, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    public void weight(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.weight(
                CpuStepState.current(mask),
                inputs,
                outputs,
                CpuFloats.matrix(from, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    public void export(LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        masks.export(
                CpuStepState.current(mask),
                firstSample,
                ConnectionShape.of(samples, inputs, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    public void reparameterize(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z) {
        masks.reparameterize(
                CpuStepState.current(mask),
                firstSample,
                samples,
                outputs,
                CpuFloats.matrix(variance, outputs),
                CpuFloats.matrix(z, outputs));
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
        masks.reparameterizeBackward(
                CpuStepState.current(mask),
                firstSample,
                samples,
                outputs,
                CpuFloats.matrix(variance, outputs),
                CpuFloats.matrix(dz, outputs),
                CpuFloats.matrix(dVariance, outputs));
    }
}
