package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.kernels.DeviceMatrix;

/** A caller of CUDA as any other: a context, a stream and memory of its own, by JCuda alone. */
final class DeviceArena implements AutoCloseable {
    static final float GUARD = -12345;

    final CUstream stream = new ShownStream();
    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final List<CUdeviceptr> allocated = new ArrayList<>();

    private static final class ShownStream extends CUstream {
        long handle() {
            return getNativePointer();
        }
    }

    private static final class ShownPointer extends CUdeviceptr {
        long address() {
            return getNativePointer();
        }
    }

    /** How a matrix lies: a multiple of 16 bytes and without gaps, beside one, or with gaps. */
    enum Place {
        ALIGNED(0, 0),
        UNALIGNED(1, 0),
        STRIDED(3, 5);

        final int before;
        final int gap;

        Place(int before, int gap) {
            this.before = before;
            this.gap = gap;
        }
    }

    DeviceArena() {
        JCudaDriver.setExceptionsEnabled(true);
        JCudaDriver.cuInit(0);
        JCudaDriver.cuDeviceGet(device, 0);
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
        enter();
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
    }

    void enter() {
        JCudaDriver.cuCtxSetCurrent(context);
    }

    void leave() {
        JCudaDriver.cuCtxSetCurrent(new CUcontext());
    }

    long stream() {
        return ((ShownStream) stream).handle();
    }

    void await() {
        JCudaDriver.cuStreamSynchronize(stream);
    }

    long allocate(long bytes) {
        ShownPointer pointer = new ShownPointer();
        JCudaDriver.cuMemAlloc(pointer, bytes);
        allocated.add(pointer);
        return pointer.address();
    }

    int[] words(long address, int count) {
        int[] words = new int[count];
        JCudaDriver.cuMemcpyDtoH(Pointer.to(words), pointer(address), 4L * count);
        return words;
    }

    static CUdeviceptr pointer(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }

    /** A matrix in memory of its own, with guards around and between its rows. */
    final class Placed {
        final DeviceMatrix matrix;
        private final long base;
        private final int size;
        private final int first;
        private final int rows;
        private final int columns;

        Placed(Place place, float[] values, int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
            int leadingDimension = columns + (rows == 1 ? 0 : place.gap);
            first = 4 + place.before;
            size = first + (rows - 1) * leadingDimension + columns + 4;
            base = allocate(4L * size);
            matrix = new DeviceMatrix(base + 4L * first, leadingDimension);
            float[] image = new float[size];
            Arrays.fill(image, GUARD);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(values, r * columns, image, first + r * leadingDimension, columns);
            }
            JCudaDriver.cuMemcpyHtoD(pointer(base), Pointer.to(image), 4L * size);
        }

        /** The values; what is around them must be as it was. */
        float[] read() {
            float[] image = new float[size];
            JCudaDriver.cuMemcpyDtoH(Pointer.to(image), pointer(base), 4L * size);
            float[] values = new float[rows * columns];
            for (int r = 0; r < rows; r++) {
                int from = first + r * matrix.leadingDimension();
                System.arraycopy(image, from, values, r * columns, columns);
                Arrays.fill(image, from, from + columns, GUARD);
            }
            for (int k = 0; k < size; k++) {
                if (image[k] != GUARD) {
                    throw new AssertionError("float " + k + " of " + size + " was written to: " + image[k]);
                }
            }
            return values;
        }
    }

    @Override
    public void close() {
        enter();
        allocated.forEach(JCudaDriver::cuMemFree);
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuDevicePrimaryCtxRelease(device);
        leave();
    }
}
