package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Masks;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.HostMatrix;
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
    protected void multiplyNodesKernel(Rows rows, DeviceFloats from, DeviceFloats to) {
        masks.node(
                CpuStepState.current(rows.mask()),
                rows.firstSample(),
                rows.samples(),
                rows.outputs(),
                matrix(rows, from),
                matrix(rows, to));
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
    protected void reparameterizeKernel(Rows rows, DeviceFloats variance, DeviceFloats z) {
        masks.reparameterize(
                CpuStepState.current(rows.mask()),
                rows.firstSample(),
                rows.samples(),
                rows.outputs(),
                matrix(rows, variance),
                matrix(rows, z));
    }

    @Override
    protected void reparameterizeBackwardKernel(
            Rows rows, DeviceFloats variance, DeviceFloats dz, DeviceFloats dVariance) {
        masks.reparameterizeBackward(
                CpuStepState.current(rows.mask()),
                rows.firstSample(),
                rows.samples(),
                rows.outputs(),
                matrix(rows, variance),
                matrix(rows, dz),
                matrix(rows, dVariance));
    }

    private static HostMatrix matrix(Rows rows, DeviceFloats values) {
        return CpuFloats.matrix(values, rows.outputs());
    }
}
