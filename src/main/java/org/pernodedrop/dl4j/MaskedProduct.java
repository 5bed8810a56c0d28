package org.pernodedrop.dl4j;

import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.kernels.ConnectionShape;

/** {@code z = x (w m) + bias} and its gradients on ND4J's arrays, in one of its data types, on one of its backends. */
interface MaskedProduct {
    /** @param bias null for none */
    void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z);

    /** @param db null if there is no bias */
    void backward(DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db);

    /**
     * @throws IllegalArgumentException if there is none for the type
     * @throws IllegalStateException if there is none for ND4J's backend
     */
    static MaskedProduct of(DataType type) {
        return switch (type) {
            case FLOAT -> ofFloats();
            case DOUBLE -> new DoubleProduct();
            default ->
                throw new IllegalArgumentException(
                        "PerNodeDropLayer computes in FLOAT or DOUBLE; set it by dataType(DataType.FLOAT) of"
                                + " NeuralNetConfiguration.Builder: dataType=" + type);
        };
    }

    private static MaskedProduct ofFloats() {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        String name = backend.toLowerCase(Locale.ROOT);
        if (name.contains("cpu")) {
            return new KernelProduct();
        }
        // By name, since the class of the backend is there only if it is the user's.
        if (name.contains("cublas")) {
            return new CudaProduct();
        }
        throw new IllegalStateException(
                "PerNodeDropLayer needs ND4J's native or CUDA backend; put org.nd4j:nd4j-native on"
                        + " the class path instead: backend=" + backend);
    }

    static ConnectionShape shape(INDArray x, INDArray w) {
        return ConnectionShape.of(Math.toIntExact(x.size(0)), Math.toIntExact(w.size(0)), Math.toIntExact(w.size(1)));
    }

    /** The array, or a copy of it where the elements of a row don't lie one after the other; null stays null. */
    static INDArray rows(INDArray array) {
        return array == null || isByRows(array) ? array : array.dup('c');
    }

    private static boolean isByRows(INDArray array) {
        boolean gapless = array.size(1) == 1 || array.stride(1) == 1;
        return gapless && (array.size(0) == 1 || array.stride(0) >= array.size(1));
    }

    /** Elements from a row to the next. */
    static int leadingDimension(INDArray array) {
        return Math.toIntExact(array.size(0) == 1 ? array.size(1) : array.stride(0));
    }
}
