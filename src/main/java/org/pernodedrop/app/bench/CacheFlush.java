package org.pernodedrop.app.bench;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceFloats;

/**
 * Empties a GPU's L2 cache by writing over a buffer: a two-hundredth of its memory, more than the L2 of any GPU that the
 * kernels run on. The device is busy with that while the host enqueues what is timed, whose launches then cost nothing.
 * On the CPU it does nothing: rounds alternate, so that every pass finds what the others left.
 */
final class CacheFlush implements AutoCloseable {
    private static final int SHARE = 200;

    private final Backend backend;
    private final DeviceFloats buffer;

    CacheFlush(Backend backend) {
        this.backend = backend;
        boolean cpu = backend.device().equals(Device.CPU.toString());
        buffer = cpu ? null : backend.memory().allocate(backend.memory().use().total() / SHARE / Float.BYTES);
    }

    void run() {
        if (buffer != null) {
            backend.vectors().fill(buffer, 0);
        }
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
        }
    }
}
