package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Vectors;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.cuda.ColumnSumsLauncher;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Element-wise operations, column sums and gathers. */
final class CudaVectors extends Vectors {
    private final CudaParts parts;
    private final Kernel fill;
    private final Kernel axpy;
    private final Kernel multiply;
    private final Kernel multiplyAdd;
    private final Kernel multiplyRows;
    private final Kernel biasActivation;
    private final Kernel activationBackward;
    private final ColumnSumsLauncher columnSums;
    private final Kernel blend;
    private final Kernel gatherRows;
    private final Kernel gatherLabels;

    CudaVectors(KernelRunner runner, CudaParts parts) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        fill = kernels.kernel(PtxModule.VECTOR, "fill");
        axpy = kernels.kernel(PtxModule.VECTOR, "axpy");
        multiply = kernels.kernel(PtxModule.VECTOR, "multiply");
        multiplyAdd = kernels.kernel(PtxModule.VECTOR, "multiply_add");
        multiplyRows = kernels.kernel(PtxModule.VECTOR, "multiply_rows");
        biasActivation = kernels.kernel(PtxModule.ACTIVATION, "bias_activation");
        activationBackward = kernels.kernel(PtxModule.ACTIVATION, "activation_backward");
        columnSums = new ColumnSumsLauncher(kernels, parts.launcher, parts.shapes);
        blend = kernels.kernel(PtxModule.VECTOR, "blend");
        gatherRows = kernels.kernel(PtxModule.GATHER, "gather_rows");
        gatherLabels = kernels.kernel(PtxModule.GATHER, "gather_labels");
    }

    @Override
    protected void fillKernel(DeviceFloats x, float value) {
        parts.launch(fill)
                .int64(x.length())
                .float32(value)
                .pointer(parts.floats(x))
                .launch(parts.shapes.elements(x.length()));
    }

    @Override
    protected void copyKernel(DeviceFloats from, DeviceFloats to) {
        parts.queue.enter();
        copyElements(parts.floats(from), parts.floats(to));
    }

    @Override
    protected void copyKernel(DeviceInts from, DeviceInts to) {
        parts.queue.enter();
        copyElements(parts.ints(from), parts.ints(to));
    }

    private void copyElements(CudaBuffer from, CudaBuffer to) {
        parts.queue.copy(from.pointer, to.pointer, from.bytes());
    }

    @Override
    protected void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y) {
        parts.launch(axpy)
                .int64(x.length())
                .float32(alpha)
                .pointer(parts.floats(x, y))
                .launch(parts.shapes.elements(x.length()));
    }

    @Override
    protected void multiplyKernel(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        parts.launch(multiply).int64(length).pointer(parts.floats(a, b, to)).launch(parts.shapes.elements(length));
    }

    @Override
    protected void multiplyAddKernel(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        parts.launch(multiplyAdd)
                .int64(length)
                .float32(alpha)
                .pointer(parts.floats(a, b, to))
                .launch(parts.shapes.elements(length));
    }

    @Override
    protected void multiplyRowsKernel(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to) {
        parts.launch(multiplyRows)
                .int64(rows * width)
                .int64(width)
                .pointer(parts.floats(a, row, to))
                .launch(parts.shapes.elements(rows * width));
    }

    @Override
    protected void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        parts.queue.enter();
        CudaFloats ownZ = parts.floats(z);
        CudaFloats ownY = parts.floats(y);
        if (activation == Activation.LINEAR && bias == null && ownZ.startsAt(ownY)) {
            return;
        }
        parts.launcher
                .of(biasActivation)
                .int32(activation.code(), samples, outputs)
                .pointer(parts.floats(bias))
                .pointer(ownZ)
                .pointer(ownY)
                .launch(LaunchShapes.rows(samples, outputs));
    }

    @Override
    protected void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        parts.launch(activationBackward)
                .int32(activation.code())
                .int64(length)
                .pointer(parts.floats(z, y, dy, dz))
                .launch(parts.shapes.elements(length));
    }

    @Override
    protected void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        parts.queue.enter();
        columnSums.launch(samples, outputs, parts.floats(x), parts.floats(sums), parts.scratch::reserve);
    }

    /** Sums of few rows, each in order. */
    void addRows(int rows, int outputs, long from, long sums) {
        columnSums.addRows(rows, outputs, from, sums);
    }

    @Override
    protected void blendKernel(float share, DeviceFloats from, DeviceFloats to) {
        parts.launch(blend)
                .int64(from.length())
                .float32(share)
                .pointer(parts.floats(from, to))
                .launch(parts.shapes.elements(from.length()));
    }

    @Override
    protected void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        parts.launch(gatherRows)
                .int32(count, width)
                .pointer(parts.floats(from))
                .pointer(parts.ints(rows))
                .pointer(parts.floats(to))
                .launch(LaunchShapes.rows(count, width));
    }

    @Override
    protected void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        parts.launch(gatherLabels)
                .int32(count)
                .pointer(parts.ints(from))
                .pointer(parts.ints(rows))
                .pointer(parts.ints(to))
                .launch(parts.shapes.elements(count));
    }
}
