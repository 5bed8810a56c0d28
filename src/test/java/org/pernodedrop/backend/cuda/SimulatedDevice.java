package org.pernodedrop.backend.cuda;

import java.util.Optional;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The simulated CUDA device of {@code native-tests/simulated-driver}, as tests command it: which calls fail, what is live, when
 * work runs. It speaks through private limits of {@code cuCtxSetLimit} and {@code cuCtxGetLimit}, by the numbers of
 * {@code limits.h}; they need no current context and work after a sticky error. There is one device in a process, so tests that
 * command it must not run side by side.
 */
public final class SimulatedDevice {
    private static final int FAIL = 0x51A00;
    private static final int CALLS = 0x51B00;
    private static final int LIVE = 0x51C00;
    private static final int LIVE_COUNTS = 11;
    private static final int CLEAR_FAILURES = 0x51D00;
    private static final int RESET_CALLS = 0x51D01;
    private static final int ASYNCHRONOUS = 0x51D02;
    private static final int MEMORY_BYTES = 0x51D03;
    private static final int MULTIPROCESSORS = 0x51D04;
    private static final int PEAK_BYTES = 0x51D05;
    private static final int DOUBLE_FREES = 0x51D06;
    private static final int ABANDONED = 0x51D07;

    /** Kinds of calls that can be made to fail and are counted. The order is that of {@code limits.h}. */
    public enum Call {
        /** Device memory; fails with out of memory. */
        ALLOCATION,
        /** Page-locked host memory; fails with out of memory. */
        PINNED_ALLOCATION,
        /** A copy or memset, in a stream or not; fails with an unknown error. */
        COPY,
        /** A kernel, a graph, or a call of cuBLAS or cuRAND; fails for lack of resources. */
        LAUNCH,
        /** Fails as without code for the device. */
        MODULE_LOAD,
        /** Fails with out of memory. */
        STREAM_CREATION,
        /** Fails with out of memory. */
        EVENT_CREATION,
        /** Of context, stream or event; fails with a failed launch, which does not stick. */
        SYNCHRONISATION,
        /** Fails with out of memory. */
        GRAPH_INSTANTIATION,
        /** A handle of cuBLAS or a generator of cuRAND; its allocation fails. */
        LIBRARY_HANDLE
    }

    /** What is live; library handles are those of cuBLAS and of cuRAND. */
    public record Live(
            long deviceAllocations,
            long deviceBytes,
            long pinnedAllocations,
            long streams,
            long events,
            long modules,
            long graphs,
            long graphExecs,
            long libraryHandles,
            long contexts) {
        /** Everything was given back. */
        public static final Live NOTHING = new Live(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private SimulatedDevice() {}

    /** The simulated device, or nothing if the loaded driver is a real one. JCuda's natives must be loadable. */
    public static Optional<SimulatedDevice> ofLoadedDriver() {
        try {
            final long[] value = new long[1];
            return JCudaDriver.cuCtxGetLimit(value, ASYNCHRONOUS) == CUresult.CUDA_SUCCESS
                    ? Optional.of(new SimulatedDevice())
                    : Optional.empty();
        } catch (CudaException notSimulated) {
            return Optional.empty();
        }
    }

    /** The {@code nth} next such call fails, once; 1 is the next one, 0 takes the order back. */
    public void fail(Call call, long nth) {
        set(FAIL + call.ordinal(), nth);
    }

    /** Whether an ordered failure of that kind has not happened yet. */
    public boolean failurePending(Call call) {
        return get(FAIL + call.ordinal()) != 0;
    }

    /** Takes all orders to fail back. */
    public void clearFailures() {
        set(CLEAR_FAILURES, 1);
    }

    /** Such calls since the start or {@link #resetCounts}, failed ones included. */
    public long calls(Call call) {
        return get(CALLS + call.ordinal());
    }

    /** Sets counts of calls, double frees and abandoned resources to 0, and the peak to what is live. */
    public void resetCounts() {
        set(RESET_CALLS, 1);
    }

    public Live live() {
        final long[] counts = new long[LIVE_COUNTS];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = get(LIVE + i);
        }
        return new Live(
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                counts[4],
                counts[5],
                counts[6],
                counts[7],
                counts[8] + counts[9],
                counts[10]);
    }

    /** Most device memory that was live at once, in bytes. */
    public long peakBytes() {
        return get(PEAK_BYTES);
    }

    /** Frees of device or page-locked memory that was freed already. */
    public long doubleFrees() {
        return get(DOUBLE_FREES);
    }

    /** Resources that were still live when their context was destroyed: leaks that the context hid. */
    public long abandoned() {
        return get(ABANDONED);
    }

    /**
     * {@code true}: work runs only when somebody waits for it, or asks often enough whether it is done, so that a missing wait
     * shows; {@code false}, as at the start: at once.
     */
    public void setAsynchronous(boolean asynchronous) {
        set(ASYNCHRONOUS, asynchronous ? 1 : 0);
    }

    /** What the device has, in bytes; 1 GiB at the start. */
    public void setMemory(long bytes) {
        set(MEMORY_BYTES, bytes);
    }

    public long memory() {
        return get(MEMORY_BYTES);
    }

    /** 4 at the start. */
    public void setMultiprocessors(int count) {
        set(MULTIPROCESSORS, count);
    }

    private static void set(int limit, long value) {
        check(JCudaDriver.cuCtxSetLimit(limit, value), "cuCtxSetLimit", limit);
    }

    private static long get(int limit) {
        final long[] value = new long[1];
        check(JCudaDriver.cuCtxGetLimit(value, limit), "cuCtxGetLimit", limit);
        return value[0];
    }

    private static void check(int status, String call, int limit) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new IllegalStateException(
                    call + "(0x" + Integer.toHexString(limit) + "): " + CUresult.stringFor(status));
        }
    }
}
