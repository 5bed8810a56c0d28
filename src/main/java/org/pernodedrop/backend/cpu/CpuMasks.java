package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Masks;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.cpu.ElementMasks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** The masks of {@link ElementMasks} on this backend's buffers. */
final class CpuMasks extends Masks {
    private final ElementMasks masks;

    CpuMasks(KernelRunner runner, WorkerPool pool, CpuVectors vectors) {
        super(runner, vectors);
        masks = new ElementMasks(pool);
    }

    @Override
    protected void multiplyNodesKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.node(
                CpuStepState.current(mask),
                firstSample,
                samples,
                outputs,
                CpuFloats.matrix(from, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    protected void multiplyWeightsKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.weight(
                CpuStepState.current(mask),
                inputs,
                outputs,
                CpuFloats.matrix(from, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    protected void exportKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        masks.export(
                CpuStepState.current(mask),
                firstSample,
                ConnectionShape.of(samples, inputs, outputs),
                CpuFloats.matrix(to, outputs));
    }

    @Override
    protected void reparameterizeKernel(
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
    protected void reparameterizeBackwardKernel(
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
