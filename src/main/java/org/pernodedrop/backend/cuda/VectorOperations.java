package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.VectorKernels;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.cuda.ColumnSumsLauncher;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Element-wise operations and column sums. */
final class VectorOperations extends Operations implements VectorKernels {
    private final Kernel fill;
    private final Kernel axpy;
    private final Kernel multiply;
    private final Kernel multiplyAdd;
    private final Kernel multiplyRows;
    private final Kernel biasActivation;
    private final Kernel activationBackward;
    private final ColumnSumsLauncher columnSums;

    VectorOperations(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        fill = kernels.kernel(PtxModule.VECTOR, "fill");
        axpy = kernels.kernel(PtxModule.VECTOR, "axpy");
        multiply = kernels.kernel(PtxModule.VECTOR, "multiply");
        multiplyAdd = kernels.kernel(PtxModule.VECTOR, "multiply_add");
        multiplyRows = kernels.kernel(PtxModule.VECTOR, "multiply_rows");
        biasActivation = kernels.kernel(PtxModule.ACTIVATION, "bias_activation");
        activationBackward = kernels.kernel(PtxModule.ACTIVATION, "activation_backward");
        columnSums = new ColumnSumsLauncher(kernels, launcher, shapes);
    }

    @Override
    public void fill(DeviceFloats x, float value) {
        queue.enter();
        launcher.of(fill).int64(x.length()).float32(value).pointer(floats(x)).launch(shapes.elements(x.length()));
    }

    @Override
    public void copy(DeviceFloats from, DeviceFloats to) {
        queue.enter();
        copyElements(floats(from), floats(to));
    }

    @Override
    public void copy(DeviceInts from, DeviceInts to) {
        queue.enter();
        copyElements(ints(from), ints(to));
    }

    private void copyElements(CudaBuffer from, CudaBuffer to) {
        queue.copy(from.pointer, to.pointer, from.bytes());
    }

    @Override
    public void axpy(float alpha, DeviceFloats x, DeviceFloats y) {
        queue.enter();
        launcher.of(axpy)
                .int64(x.length())
                .float32(alpha)
                .pointer(floats(x))
                .pointer(floats(y))
                .launch(shapes.elements(x.length()));
    }

    @Override
    public void multiply(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        queue.enter();
        launcher.of(multiply)
                .int64(length)
                .pointer(floats(a))
                .pointer(floats(b))
                .pointer(floats(to))
                .launch(shapes.elements(length));
    }

    @Override
    public void multiplyAdd(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        queue.enter();
        launcher.of(multiplyAdd)
                .int64(length)
                .float32(alpha)
                .pointer(floats(a))
                .pointer(floats(b))
                .pointer(floats(to))
                .launch(shapes.elements(length));
    }

    @Override
    public void multiplyRows(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to) {
        queue.enter();
        launcher.of(multiplyRows)
                .int64(rows * width)
                .int64(width)
                .pointer(floats(a))
                .pointer(floats(row))
                .pointer(floats(to))
                .launch(shapes.elements(rows * width));
    }

    @Override
    public void biasActivation(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        queue.enter();
        CudaFloats ownZ = floats(z);
        CudaFloats ownY = floats(y);
        if (activation == Activation.LINEAR && bias == null && ownZ.startsAt(ownY)) {
            return;
        }
        launcher.of(biasActivation)
                .int32(activation.code())
                .int32(samples)
                .int32(outputs)
                .pointer(floats(bias))
                .pointer(ownZ)
                .pointer(ownY)
                .launch(LaunchShapes.rows(samples, outputs));
    }

    @Override
    public void activationBackward(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        queue.enter();
        launcher.of(activationBackward)
                .int32(activation.code())
                .int64(length)
                .pointer(floats(z))
                .pointer(floats(y))
                .pointer(floats(dy))
                .pointer(floats(dz))
                .launch(shapes.elements(length));
    }

    @Override
    public void columnSums(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        queue.enter();
        columnSums.launch(samples, outputs, floats(x), floats(sums), scratch::reserve);
    }
}
