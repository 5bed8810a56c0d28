package org.pernodedrop.backend.cuda;

import jcuda.driver.CUdeviceptr;
import org.pernodedrop.driver.DriverMemory;

/** Memory on the GPU with one owner, who closes it; made by {@link DevicePool#allocate}. */
final class DeviceBlock implements AutoCloseable {
    final DevicePool pool;
    final CUdeviceptr pointer;
    final long address;
    final long bytes;
    /** Bytes that the pool allocated for it. */
    final long reserved;

    private boolean closed;

    DeviceBlock(DevicePool pool, long address, long bytes, long reserved) {
        this.pool = pool;
        this.address = address;
        this.pointer = DriverMemory.pointer(address);
        this.bytes = bytes;
        this.reserved = reserved;
    }

    boolean isClosed() {
        return closed;
    }

    /** Returns the memory to the pool; closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            pool.giveBack(() -> {
                closed = true;
                pool.release(this);
            });
        }
    }
}
