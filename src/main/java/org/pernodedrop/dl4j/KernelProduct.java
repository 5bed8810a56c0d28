package org.pernodedrop.dl4j;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.HostKernels;

/** By our kernels, on the native memory of ND4J's arrays: none is copied whose rows are without gaps between elements. */
final class KernelProduct implements MaskedProduct {
    @Override
    public void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
        INDArray rowsX = MaskedProduct.rows(x);
        INDArray rowsW = MaskedProduct.rows(w);
        INDArray rowsBias = MaskedProduct.rows(bias);
        HostKernels.shared()
                .forward(
                        new MaskDraw<>(mask.values(), 0, MaskedProduct.shape(x, w), null),
                        new ForwardPass<>(
                                Activation.LINEAR, matrix(rowsX), matrix(rowsW), matrix(rowsBias), matrix(z), null));
    }

    @Override
    public void backward(DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
        INDArray rowsX = MaskedProduct.rows(x);
        INDArray rowsW = MaskedProduct.rows(w);
        INDArray rowsDz = MaskedProduct.rows(dz);
        HostKernels.shared()
                .backward(
                        new MaskDraw<>(mask.values(), 0, MaskedProduct.shape(x, w), null),
                        new BackwardPass<>(
                                matrix(rowsX), matrix(rowsW), matrix(rowsDz), matrix(dx), matrix(dw), matrix(db)));
    }

    // A look at the array's memory, which lives as long as the array: callers hold it until the kernel returns.
    private static HostMatrix matrix(INDArray array) {
        if (array == null) {
            return null;
        }
        int leadingDimension = MaskedProduct.leadingDimension(array);
        FloatPointer memory = new FloatPointer(array.data().addressPointer());
        memory.capacity((array.size(0) - 1) * leadingDimension + array.size(1));
        return HostMatrix.of(memory.asBuffer(), leadingDimension);
    }
}
