package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;

/** Buffers that live and die together. */
final class Workspace implements AutoCloseable {
    private final Backend backend;
    private final List<DeviceFloats> buffers = new ArrayList<>();

    Workspace(Backend backend) {
        this.backend = backend;
    }

    DeviceFloats allocate(long length) {
        DeviceFloats buffer = backend.allocate(length);
        buffers.add(buffer);
        return buffer;
    }

    @Override
    public void close() {
        buffers.forEach(DeviceFloats::close);
        buffers.clear();
    }
}
