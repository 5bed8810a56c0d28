package org.pernodedrop.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import org.pernodedrop.kernels.HostMatrix;

/** PyTorch's arrays as the kernels take them, for the time of a call. */
final class HostArrays implements AutoCloseable {
    private final NDManager views;

    HostArrays(NDManager parent) {
        views = parent.newSubManager();
    }

    /** @throws IllegalArgumentException if the array is not one of floats of the PyTorch engine in the host's memory */
    static PtNDArray require(String name, NDArray array) {
        if (!(array instanceof PtNDArray tensor)) {
            throw new IllegalArgumentException(
                    "PerNodeDropBlock needs DJL's PyTorch engine; put ai.djl.pytorch:pytorch-engine on the class path and"
                            + " select it: " + name + " is a "
                            + array.getClass().getName());
        }
        if (tensor.getDevice().isGpu()) {
            throw new IllegalArgumentException("PerNodeDropBlock computes on the CPU in DJL; place the model there, by"
                    + " Model.newInstance(name, Device.cpu()) and optDevices: " + name + " is on "
                    + tensor.getDevice());
        }
        if (tensor.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException("PerNodeDropBlock computes in FLOAT32; convert by toType: " + name
                    + " is of " + tensor.getDataType());
        }
        return tensor;
    }

    /** The array's memory as a matrix of rows without gaps; a copy's where elements don't lie in their order. */
    HostMatrix matrix(NDArray array, int columns) {
        NDArray flat = array.reshape(-1);
        flat.attach(views);
        return HostMatrix.of(flat.toByteBuffer(true).asFloatBuffer(), columns);
    }

    @Override
    public void close() {
        views.close();
    }
}
