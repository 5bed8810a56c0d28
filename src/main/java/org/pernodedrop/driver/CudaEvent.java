package org.pernodedrop.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * An event: a mark in a stream that the host and other streams can wait for. Waiting for one that was never recorded does
 * nothing.
 */
public final class CudaEvent implements AutoCloseable {
    final CUevent handle = new CUevent();
    private boolean closed;

    /** An event without a time stamp, the cheapest to record. */
    public CudaEvent() {
        this(CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    private CudaEvent(int flags) {
        CudaCalls.check(() -> JCudaDriver.cuEventCreate(handle, flags), "making an event on the GPU");
    }

    /** An event with a time stamp. */
    public static CudaEvent timed() {
        return new CudaEvent(CUevent_flags.CU_EVENT_DEFAULT);
    }

    /** Marks the end of everything enqueued in a stream so far. */
    public void record(CudaStream stream) {
        CudaCalls.check(() -> JCudaDriver.cuEventRecord(handle, stream.handle), "marking a place in a stream");
    }

    /** Waits on the host. */
    public void await(String operation) {
        CudaCalls.check(() -> JCudaDriver.cuEventSynchronize(handle), operation);
    }

    /** Milliseconds from this timed event to a later one; both must be done. */
    public float millisecondsTo(CudaEvent end) {
        float[] milliseconds = new float[1];
        CudaCalls.check(() -> JCudaDriver.cuEventElapsedTime(milliseconds, handle, end.handle), "reading a timer");
        return milliseconds[0];
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            CudaCalls.check(() -> JCudaDriver.cuEventDestroy(handle), "giving back an event");
        }
    }
}
