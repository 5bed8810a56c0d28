package org.pernodedrop.backend.cuda;

/** For buffers on memory of others: there is none to allocate. */
final class NoMemory implements DeviceMemory {
    @Override
    public long allocate(long bytes) {
        throw new IllegalStateException("nothing is allocated here: bytes=" + bytes);
    }

    @Override
    public void free(long address) {
        throw new IllegalStateException("nothing is freed here: address=" + address);
    }

    @Override
    public void await() {}

    @Override
    public long available() {
        return 0;
    }

    @Override
    public long total() {
        return Long.MAX_VALUE;
    }
}
