package org.pernodedrop.dl4j;

import java.util.Locale;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.ConnectionShape;
import org.pernodedrop.backend.HostMatrix;
import org.pernodedrop.kernels.HostKernels;
import org.pernodedrop.mask.Mask;

/** By our kernels, on the native memory of ND4J's arrays: none is copied whose rows are without gaps between elements. */
final class KernelProduct implements MaskedProduct {
    /** @throws IllegalStateException if ND4J's arrays don't lie in the host's memory */
    KernelProduct() {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        if (!backend.toLowerCase(Locale.ROOT).contains("cpu")) {
            throw new IllegalStateException("PerNodeDropLayer needs ND4J's native backend, whose arrays lie in the"
                    + " host's memory; put org.nd4j:nd4j-native on the class path instead: backend=" + backend);
        }
    }

    @Override
    public void forward(Mask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
        INDArray rowsX = rows(x);
        INDArray rowsW = rows(w);
        INDArray rowsBias = rows(bias);
        HostKernels.shared()
                .forward(
                        mask,
                        0,
                        shape(x, w),
                        Activation.LINEAR,
                        matrix(rowsX),
                        matrix(rowsW),
                        matrix(rowsBias),
                        matrix(z),
                        null,
                        null);
    }

    @Override
    public void backward(Mask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
        INDArray rowsX = rows(x);
        INDArray rowsW = rows(w);
        INDArray rowsDz = rows(dz);
        HostKernels.shared()
                .backward(
                        mask,
                        0,
                        shape(x, w),
                        matrix(rowsX),
                        matrix(rowsW),
                        matrix(rowsDz),
                        matrix(dx),
                        matrix(dw),
                        matrix(db),
                        null);
    }

    private static ConnectionShape shape(INDArray x, INDArray w) {
        return ConnectionShape.of(Math.toIntExact(x.size(0)), Math.toIntExact(w.size(0)), Math.toIntExact(w.size(1)));
    }

    /** The array, or a copy of it where the elements of a row don't lie one after the other. */
    private static INDArray rows(INDArray array) {
        return isByRows(array) ? array : array.dup('c');
    }

    private static boolean isByRows(INDArray array) {
        boolean gapless = array.size(1) == 1 || array.stride(1) == 1;
        return gapless && (array.size(0) == 1 || array.stride(0) >= array.size(1));
    }

    // A look at the array's memory, which lives as long as the array: callers hold it until the kernel returns.
    private static HostMatrix matrix(INDArray array) {
        long columns = array.size(1);
        long leadingDimension = array.size(0) == 1 ? columns : array.stride(0);
        FloatPointer memory = new FloatPointer(array.data().addressPointer());
        memory.capacity((array.size(0) - 1) * leadingDimension + columns);
        return HostMatrix.of(memory.asBuffer(), Math.toIntExact(leadingDimension));
    }
}
