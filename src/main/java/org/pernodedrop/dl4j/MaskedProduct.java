package org.pernodedrop.dl4j;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.pernodedrop.mask.Mask;

/** {@code z = x (w m) + bias} and its gradients on ND4J's arrays, in one of its data types. */
interface MaskedProduct {
    void forward(Mask mask, INDArray x, INDArray w, INDArray bias, INDArray z);

    void backward(Mask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db);

    /** @throws IllegalArgumentException if there is none for the type */
    static MaskedProduct of(DataType type) {
        return switch (type) {
            case FLOAT -> new KernelProduct();
            case DOUBLE -> new DoubleProduct();
            default ->
                throw new IllegalArgumentException(
                        "PerNodeDropLayer computes in FLOAT or DOUBLE; set it by dataType(DataType.FLOAT) of"
                                + " NeuralNetConfiguration.Builder: dataType=" + type);
        };
    }
}
