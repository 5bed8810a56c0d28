package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Precision;

/**
 * Peak rates of a device, measured immediately before the layers were timed.
 *
 * @param productSize n of the square matrix products
 * @param fp32MaddsPerSecond of the fastest product in single precision
 * @param tf32MaddsPerSecond of the fastest product with factors of 10 bits; null where the device has none
 * @param bf16MaddsPerSecond of the fastest product with factors of 7 bits; null where the device has none
 * @param copyBytes that were copied
 * @param bandwidth bytes a second of the fastest copy, read and written
 */
public record Peaks(
        int productSize,
        @JsonProperty("fp32_madds_per_s") double fp32MaddsPerSecond,
        @MayBeNull @JsonProperty("tf32_madds_per_s") Double tf32MaddsPerSecond,
        @MayBeNull @JsonProperty("bf16_madds_per_s") Double bf16MaddsPerSecond,
        long copyBytes,
        @JsonProperty("bytes_per_s") double bandwidth) {
    private static final int MIN_SIZE = 256;
    private static final int MAX_SIZE = 8192;
    private static final long LONG_NANOS = 20_000_000;
    private static final long MAX_COPIED_BYTES = 1L << 28;
    private static final int MEMORY_SHARE = 16;
    private static final int TRIES = 5;
    private static final double NANOS = 1e-9;

    /** The peak rate for a precision; without one of its own, as for bf16x2, that of single precision. */
    double maddsPerSecond(Precision precision) {
        Double own =
                switch (precision) {
                    case TF32 -> tf32MaddsPerSecond;
                    case BF16 -> bf16MaddsPerSecond;
                    case FP32, BF16X2 -> null;
                };
        return own == null ? fp32MaddsPerSecond : own;
    }

    /**
     * Measures large square matrix products of the backend's library, an upper bound of what an ordinary layer can
     * reach, and copies between large buffers. Sizes grow until one run is long enough for a precise measurement.
     *
     * @param backend that is open; where the device multiplies in another precision too, one is opened for it
     * @param options that it was opened with
     */
    static Peaks measure(Backend backend, BackendOptions options) {
        int size = productSize(backend);
        boolean cpu = backend.device().equals(Device.CPU.toString());
        double fp32 = product(backend, options, Precision.FP32, size, cpu);
        Double tf32 = cpu ? null : product(backend, options, Precision.TF32, size, false);
        Double bf16 = cpu ? null : product(backend, options, Precision.BF16, size, false);
        long floats = Math.min(MAX_COPIED_BYTES, backend.memory().use().free() / MEMORY_SHARE) / Float.BYTES;
        double seconds = copy(backend, floats);
        return new Peaks(size, fp32, tf32, bf16, floats * Float.BYTES, 2.0 * floats * Float.BYTES / seconds);
    }

    private static double product(Backend backend, BackendOptions options, Precision precision, int size, boolean cpu) {
        double madds = (double) size * size * size;
        if (cpu || options.precision() == precision) {
            return madds / fastest(backend, size, TRIES);
        }
        try (Backend opened = Backends.open(options.withPrecision(precision), notice -> {})) {
            return madds / fastest(opened, size, TRIES);
        }
    }

    private static int productSize(Backend backend) {
        long most = backend.memory().use().free() / MEMORY_SHARE;
        int size = MIN_SIZE;
        while (size < MAX_SIZE
                && 3L * 4 * size * size * Float.BYTES < most
                && fastest(backend, size, 2) < LONG_NANOS * NANOS) {
            size *= 2;
        }
        return size;
    }

    /** Seconds. */
    private static double fastest(Backend backend, int size, int tries) {
        try (Workspace workspace = new Workspace(backend)) {
            DeviceFloats a = workspace.allocate((long) size * size);
            DeviceFloats b = workspace.allocate((long) size * size);
            DeviceFloats c = workspace.allocate((long) size * size);
            backend.randomFills().uniform(1, 0, -1, 1, a);
            backend.randomFills().uniform(2, 0, -1, 1, b);
            return fastest(
                    backend, () -> backend.matrices().product(false, false, size, size, size, 1, a, b, 0, c), tries);
        }
    }

    private static double copy(Backend backend, long floats) {
        try (Workspace workspace = new Workspace(backend)) {
            DeviceFloats from = workspace.allocate(floats);
            DeviceFloats to = workspace.allocate(floats);
            return fastest(backend, () -> backend.vectors().copy(from, to), TRIES);
        }
    }

    /** Returns the seconds of the fastest run, after one warm-up run. */
    private static double fastest(Backend backend, Runnable operation, int tries) {
        try (DeviceTimer timer = backend.memory().newTimer()) {
            long least = Long.MAX_VALUE;
            for (int run = 0; run <= tries; run++) {
                timer.start();
                operation.run();
                timer.stop();
                long nanos = timer.elapsedNanos();
                least = run == 0 ? least : Math.min(least, nanos);
            }
            // A duration may be below the clock's resolution.
            return Math.max(least, 1) * NANOS;
        }
    }
}
