package org.pernodedrop.backend.cuda;

/** A caller's memory, lent for a call. */
final class GivenScratch implements Scratch {
    private long address;
    private long bytes;

    /** Operations may use this from now on. */
    void lend(long from, long length) {
        address = from;
        bytes = length;
    }

    @Override
    public long reserve(long wanted) {
        if (wanted > bytes) {
            throw new IllegalStateException("an operation wants more workspace than it was said to: wanted=" + wanted
                    + " bytes, lent=" + bytes);
        }
        return address;
    }
}
