package org.pernodedrop.backend.cuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A queue of the GPU, which no other stream waits for unless told to. */
final class CudaStream implements AutoCloseable {
    final CUstream handle;
    private boolean closed;

    CudaStream() {
        handle = new CUstream();
        CudaCalls.check(
                () -> JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
                "making a stream on the GPU");
    }

    /** Another owner's stream, which closing leaves as it is. */
    CudaStream(CUstream given) {
        handle = given;
        closed = true;
    }

    /** Waits on the host until all is done. */
    void await(String operation) {
        CudaCalls.check(() -> JCudaDriver.cuStreamSynchronize(handle), operation);
    }

    /** What is enqueued from now on waits for an event. */
    void waitFor(CudaEvent event) {
        CudaCalls.check(
                () -> JCudaDriver.cuStreamWaitEvent(handle, event.handle, 0), "making a stream wait for another");
    }

    /**
     * A graph of what the operations enqueue here, instead of doing it. It is the caller's to destroy.
     *
     * <p>The mode is relaxed, so that little of what other threads or libraries do meanwhile ends the capture; {@link
     * Captures} keeps the rest apart.
     */
    CUgraph capture(Runnable operations) {
        CUgraph graph = new CUgraph();
        Captures.alone(() -> capture(operations, graph));
        return graph;
    }

    private void capture(Runnable operations, CUgraph graph) {
        CudaCalls.check(
                () -> JCudaDriver.cuStreamBeginCapture(handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
                "beginning a recording");
        try {
            operations.run();
        } catch (RuntimeException | Error failure) {
            // The stream must be set free again, whatever was captured.
            if (CudaCalls.code(() -> JCudaDriver.cuStreamEndCapture(handle, graph)) == CUresult.CUDA_SUCCESS) {
                CudaCalls.code(() -> JCudaDriver.cuGraphDestroy(graph));
            }
            throw failure;
        }
        CudaCalls.check(() -> JCudaDriver.cuStreamEndCapture(handle, graph), "ending a recording");
    }

    /** Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            CudaCalls.check(() -> JCudaDriver.cuStreamDestroy(handle), "giving back a stream");
        }
    }
}
