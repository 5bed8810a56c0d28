package org.pernodedrop.backend.cuda;

import jcuda.driver.CUdeviceptr;
import org.pernodedrop.backend.DeviceBuffer;

/** Elements of 32 bits on the GPU: a whole block, whose owner this is, or a window into one. */
abstract class CudaBuffer implements DeviceBuffer {
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

    /** Refuses a buffer of another backend: what is enqueued there is not waited for here. */
    final void requireOf(DevicePool pool) {
        if (block.pool != pool) {
            throw new IllegalArgumentException(
                    "a buffer of another CUDA backend was passed; download it there and upload" + " it here: buffer="
                            + getClass().getSimpleName() + ", length=" + length);
        }
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
