package org.pernodedrop.backend;

import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.Precision;

/**
 * What {@link Backends#open} is asked for.
 *
 * @param device {@link Device#AUTO} takes the best that works
 * @param threads on the CPU, in [0, {@value CpuBackend#MAX_THREADS}]; 0 takes all cores
 * @param precision of all products; the CPU computes in single precision where it is {@link Precision#TF32}
 * @param graphs whether captured steps become CUDA graphs; if not, each replay enqueues its operations anew. The numbers are
 *     the same
 */
public record BackendOptions(Device device, int threads, Precision precision, boolean graphs) {
    /** Refuses nulls and threads out of range. */
    public BackendOptions {
        Arguments.notNull("device", device);
        Arguments.notNull("precision", precision);
        if (threads < 0 || threads > CpuBackend.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be in [0, " + CpuBackend.MAX_THREADS + "], 0 for all cores: threads=" + threads);
        }
    }

    /** A device with all cores, single precision and graphs. */
    public static BackendOptions of(Device device) {
        return new BackendOptions(device, 0, Precision.FP32, true);
    }

    /** The same with other threads. */
    public BackendOptions withThreads(int other) {
        return new BackendOptions(device, other, precision, graphs);
    }

    /** The same with another precision. */
    public BackendOptions withPrecision(Precision other) {
        return new BackendOptions(device, threads, other, graphs);
    }

    /** The same with or without graphs. */
    public BackendOptions withGraphs(boolean other) {
        return new BackendOptions(device, threads, precision, other);
    }
}
