package org.pernodedrop.driver;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import jcuda.driver.CUcontext;
import jcuda.driver.CUgraph;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A stream of the GPU: its commands run in order. One that is made here does not synchronise with the default stream. */
public final class CudaStream implements AutoCloseable {
    /** JCuda's own stream, for its calls. */
    public final CUstream handle;

    private boolean closed;

    /** A stream of the current context, closed by its owner. */
    public CudaStream() {
        handle = new CUstream();
        CudaCalls.check(
                () -> JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
                "making a stream on the GPU");
    }

    private CudaStream(CUstream callers) {
        handle = callers;
        closed = true;
    }

    /**
     * A caller's stream, which closing leaves as it is.
     *
     * @param number the {@code CUstream} or {@code cudaStream_t}; 0 is the default stream
     */
    public static CudaStream ofCaller(long number) {
        return new CudaStream(CallerStream.of(number));
    }

    /** Access to the constructor that JCuda keeps to its own package, looked up once. */
    private static final class CallerStream {
        private static final MethodHandle CONSTRUCTOR = constructor();

        private static MethodHandle constructor() {
            try {
                return MethodHandles.privateLookupIn(CUstream.class, MethodHandles.lookup())
                        .findConstructor(CUstream.class, MethodType.methodType(void.class, long.class));
            } catch (ReflectiveOperationException failure) {
                return null;
            }
        }

        static CUstream of(long number) {
            if (CONSTRUCTOR == null) {
                throw new IllegalStateException(
                        "this version of JCuda makes no stream of a number; use the one that this library names");
            }
            try {
                return (CUstream) CONSTRUCTOR.invokeExact(number);
            } catch (RuntimeException | Error failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new IllegalStateException("JCuda made no stream of a number: stream=" + number, failure);
            }
        }
    }

    /** The context that the stream belongs to. */
    CUcontext context() {
        CUcontext context = new CUcontext();
        CudaCalls.check(() -> JCudaDriver.cuStreamGetCtx(handle, context), "asking for the stream's context");
        return context;
    }

    /** Waits on the host until everything enqueued is done. */
    public void await(String operation) {
        CudaCalls.check(() -> JCudaDriver.cuStreamSynchronize(handle), operation);
    }

    /** Makes everything enqueued from now on wait for an event. */
    public void waitFor(CudaEvent event) {
        CudaCalls.check(
                () -> JCudaDriver.cuStreamWaitEvent(handle, event.handle, 0), "making a stream wait for another");
    }

    /**
     * Captures what the operations enqueue here into a graph, instead of running it. The caller destroys the graph.
     *
     * <p>The mode is relaxed, so other threads and libraries may make most calls meanwhile; {@link CaptureLock} excludes
     * those that would invalidate the capture.
     */
    public CUgraph capture(Runnable operations) {
        CUgraph graph = new CUgraph();
        CaptureLock.exclusive(() -> capture(operations, graph));
        return graph;
    }

    private void capture(Runnable operations, CUgraph graph) {
        CudaCalls.check(
                () -> JCudaDriver.cuStreamBeginCapture(handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
                "beginning the capture of a graph");
        try {
            operations.run();
        } catch (RuntimeException | Error failure) {
            // The stream must be released from its capture, whatever was captured.
            if (CudaCalls.code(() -> JCudaDriver.cuStreamEndCapture(handle, graph)) == CUresult.CUDA_SUCCESS) {
                CudaCalls.code(() -> JCudaDriver.cuGraphDestroy(graph));
            }
            throw failure;
        }
        CudaCalls.check(() -> JCudaDriver.cuStreamEndCapture(handle, graph), "ending the capture of a graph");
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
