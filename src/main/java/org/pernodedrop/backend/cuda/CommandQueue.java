package org.pernodedrop.backend.cuda;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemorytype;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.io.Closer;

/**
 * The way to the backend's stream: commands are enqueued at once or, while a recording is made, remembered for it. All that
 * commands need, modules and memory, is there before they are remembered: nothing is loaded or allocated in a capture.
 */
final class CommandQueue {
    CudaStream stream;
    private final Runnable entrance;
    private final Set<Dependent> dependents = Collections.newSetFromMap(new IdentityHashMap<>());
    private GraphBuilder recorder;
    private boolean closed;

    /** What has to be given back before the queue can be. */
    interface Dependent {
        void release();
    }

    /** @param entrance lets the calling thread use the context, or refuses it */
    CommandQueue(Runnable entrance, CudaStream stream) {
        this.entrance = entrance;
        this.stream = stream;
    }

    /** What follows is enqueued in another stream. */
    void follow(CudaStream next) {
        stream = next;
    }

    void run(Runnable command) {
        if (recorder == null) {
            command.run();
        } else {
            recorder.commands.add(command);
        }
    }

    /** {@code to = from}, so many bytes. */
    void copy(CUdeviceptr from, CUdeviceptr to, long bytes) {
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemcpyDtoDAsync(to, from, bytes, stream.handle), "copying on the GPU"));
    }

    /** {@code to = from}, so many rows, by the distances from a row to the next; all in bytes. */
    void copyRows(CUdeviceptr from, long fromPitch, CUdeviceptr to, long toPitch, long rowBytes, long rows) {
        CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
        copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        copy.srcDevice = from;
        copy.srcPitch = fromPitch;
        copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
        copy.dstDevice = to;
        copy.dstPitch = toPitch;
        copy.WidthInBytes = rowBytes;
        copy.Height = rows;
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemcpy2DAsync(copy, stream.handle), "copying rows of a matrix on the GPU"));
    }

    /** {@code to = word}, so many words of 32 bits. */
    void fill(CUdeviceptr to, int word, long words) {
        run(() -> CudaCalls.check(
                () -> JCudaDriver.cuMemsetD32Async(to, word, words, stream.handle), "filling memory of the GPU"));
    }

    boolean isRecording() {
        return recorder != null;
    }

    /** What every public call begins with: refuses calls after the end, and lets the thread call the driver. */
    void enter() {
        if (closed) {
            throw new IllegalStateException("the backend was closed before its use");
        }
        entrance.run();
    }

    /** The same for what waits for the device, makes room on it, or happens on the host. */
    void enterOutsideRecordings(String operation) {
        enter();
        if (recorder != null) {
            throw new IllegalStateException(
                    operation + " cannot be part of a recording; call it before or after a replay");
        }
    }

    /** Gathers what the operations enqueue, instead of enqueuing it. */
    void record(GraphBuilder into, Runnable operations) {
        recorder = into;
        try {
            operations.run();
        } finally {
            recorder = null;
        }
    }

    /** A caller's memory is used. */
    void use(DeviceBlock block) {
        if (recorder != null) {
            recorder.blocks.add(block);
        }
    }

    void useScratch(DeviceBlock block) {
        if (recorder != null) {
            recorder.scratch.add(block);
        }
    }

    boolean isRecordingInto(DeviceBlock scratch) {
        return recorder != null && recorder.scratch.contains(scratch);
    }

    /** The current step of a state is made, or its masks are drawn: refuses it if there is none, or lets replays do so. */
    void useStep(CudaStepState state) {
        if (recorder == null) {
            state.requireSteps(1);
        } else {
            recorder.useStep(state);
        }
    }

    /** A replay of the recording under way goes on a step. */
    void recordAdvance(CudaStepState state) {
        recorder.advance(state);
    }

    void add(Dependent dependent) {
        dependents.add(dependent);
    }

    void forget(Dependent dependent) {
        dependents.remove(dependent);
    }

    /** Refuses further calls and gives back what depends on the queue. */
    void close() {
        closed = true;
        Closer closer = new Closer();
        Set.copyOf(dependents).forEach(dependent -> closer.add(dependent::release));
        closer.close();
    }
}
