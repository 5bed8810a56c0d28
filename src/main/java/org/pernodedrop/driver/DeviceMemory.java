package org.pernodedrop.driver;

/** A GPU's memory, allocated and freed. */
public interface DeviceMemory {
    /** The address of so many bytes, a multiple of 256; 0 if there is no room. */
    long allocate(long bytes);

    /** Frees what {@link #allocate} returned. */
    void free(long address);

    /** Waits until no enqueued command uses memory any more. */
    void await();

    /** Bytes that any program could still allocate. */
    long available();

    /** Bytes in all. */
    long total();
}
