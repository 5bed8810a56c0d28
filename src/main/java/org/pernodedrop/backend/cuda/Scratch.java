package org.pernodedrop.backend.cuda;

/** Memory for what an operation needs only while it runs: partial sums, losses of samples. */
interface Scratch {
    /** The address of at least so many bytes, until the next call. */
    long reserve(long bytes);
}
