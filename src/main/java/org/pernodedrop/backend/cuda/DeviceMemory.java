package org.pernodedrop.backend.cuda;

/** Where a {@link DevicePool} gets memory from. */
interface DeviceMemory {
    /** The address of so many bytes, at a multiple of 256; 0 if there is no room. */
    long allocate(long bytes);

    /** Gives back what {@link #allocate} gave. */
    void free(long address);

    /** Waits until nothing that was enqueued uses memory any more. */
    void await();

    /** Bytes that could still be allocated by anybody. */
    long available();

    /** Bytes that there are. */
    long total();
}
