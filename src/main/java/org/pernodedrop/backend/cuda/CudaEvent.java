package org.pernodedrop.backend.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A mark in a stream that hosts and other streams can wait for. Waiting for one that was never set does nothing. */
final class CudaEvent implements AutoCloseable {
    final CUevent handle = new CUevent();
    private boolean closed;

    /** One that only says when, to those who wait: that is the cheapest. */
    CudaEvent() {
        this(CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    private CudaEvent(int flags) {
        CudaCalls.check(() -> JCudaDriver.cuEventCreate(handle, flags), "making an event on the GPU");
    }

    /** One that keeps the time when it was reached. */
    static CudaEvent timed() {
        return new CudaEvent(CUevent_flags.CU_EVENT_DEFAULT);
    }

    /** Sets the mark behind everything enqueued so far. */
    void record(CudaStream stream) {
        CudaCalls.check(() -> JCudaDriver.cuEventRecord(handle, stream.handle), "marking a place in a stream");
    }

    /** Waits on the host. */
    void await(String operation) {
        CudaCalls.check(() -> JCudaDriver.cuEventSynchronize(handle), operation);
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
