package org.pernodedrop.backend;

import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.MultiPositionPrecision;

/**
 * What {@link Backends#open} is asked for.
 *
 * @param device {@link Device#AUTO} takes the best that works
 * @param threads on the CPU, in [0, {@value CpuBackend#MAX_THREADS}]; 0 takes all cores
 * @param precision of matrix products; the CPU always computes in {@link MatrixPrecision#FP32}
 * @param multiPosition of products with masks that positions share; the CPU always computes in single precision
 * @param graphs whether captured steps become CUDA graphs; if not, each replay enqueues its operations anew. The numbers are
 *     the same
 */
public record BackendOptions(
        Device device, int threads, MatrixPrecision precision, MultiPositionPrecision multiPosition, boolean graphs) {
    /** Refuses nulls and threads out of range. */
    public BackendOptions {
        Arguments.notNull("device", device);
        Arguments.notNull("precision", precision);
        Arguments.notNull("multiPosition", multiPosition);
        if (threads < 0 || threads > CpuBackend.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be in [0, " + CpuBackend.MAX_THREADS + "], 0 for all cores: threads=" + threads);
        }
    }

    /** A device with all cores, single precision and graphs. */
    public static BackendOptions of(Device device) {
        return new BackendOptions(device, 0, MatrixPrecision.FP32, MultiPositionPrecision.TF32, true);
    }

    /** The same with other threads. */
    public BackendOptions withThreads(int other) {
        return new BackendOptions(device, other, precision, multiPosition, graphs);
    }

    /** The same with another precision. */
    public BackendOptions withPrecision(MatrixPrecision other) {
        return new BackendOptions(device, threads, other, multiPosition, graphs);
    }

    /** The same with another precision of products with masks that positions share. */
    public BackendOptions withMultiPosition(MultiPositionPrecision other) {
        return new BackendOptions(device, threads, precision, other, graphs);
    }

    /** The same with or without graphs. */
    public BackendOptions withGraphs(boolean other) {
        return new BackendOptions(device, threads, precision, multiPosition, other);
    }
}
