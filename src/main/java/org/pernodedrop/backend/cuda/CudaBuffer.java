package org.pernodedrop.backend.cuda;

import jcuda.driver.CUdeviceptr;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.kernels.DeviceAddress;

/** Elements of 32 bits on the GPU: a whole block, whose owner this is, or a window into one. */
abstract class CudaBuffer implements DeviceBuffer, DeviceAddress {
    static final int ELEMENT_BYTES = 4;

    final DeviceBlock block;
    final CUdeviceptr pointer;
    final long address;
    private final long length;
    private final boolean owner;

    CudaBuffer(DeviceBlock block) {
        this.block = block;
        this.pointer = block.pointer;
        this.address = block.address;
        this.length = block.bytes / ELEMENT_BYTES;
        this.owner = true;
    }

    CudaBuffer(CudaBuffer whole, long offset, long length) {
        DeviceBuffer.checkWindow(offset, length, whole.length);
        this.block = whole.block;
        this.address = whole.address + offset * ELEMENT_BYTES;
        this.pointer = DriverMemory.pointer(address);
        this.length = length;
        this.owner = false;
    }

    /** The buffer as one of this pool's; null stays null. What is enqueued by another backend is not waited for here. */
    static <T extends CudaBuffer> T of(DeviceBuffer buffer, Class<T> kind, DevicePool pool) {
        if (buffer == null) {
            return null;
        }
        if (!kind.isInstance(buffer)) {
            throw new IllegalArgumentException(
                    "a buffer of another device was passed to CUDA; download it there and upload it here: buffer="
                            + buffer.getClass().getSimpleName());
        }
        T own = kind.cast(buffer);
        if (own.block.pool != pool) {
            throw new IllegalArgumentException(
                    "a buffer of another CUDA backend was passed; download it there and upload it here: buffer="
                            + kind.getSimpleName() + ", length=" + buffer.length());
        }
        return own;
    }

    @Override
    public final long address() {
        return address;
    }

    final long bytes() {
        return length * ELEMENT_BYTES;
    }

    final boolean sharesElementWith(CudaBuffer that) {
        return block == that.block && address < that.address + that.bytes() && that.address < address + bytes();
    }

    @Override
    public final long length() {
        return length;
    }

    @Override
    public final boolean isClosed() {
        return block.isClosed();
    }

    @Override
    public final void close() {
        if (owner) {
            block.close();
        }
    }
}
