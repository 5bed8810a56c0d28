package org.pernodedrop.backend.cuda;

import java.util.Locale;

/**
 * What a GPU and its driver are.
 *
 * @param name of the GPU
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param multiprocessors of the GPU
 * @param memory in bytes
 * @param driverVersion the CUDA version that the driver serves, 1000 major + 10 minor
 */
record DeviceFacts(String name, int major, int minor, int multiprocessors, long memory, int driverVersion) {
    private static final int LEAST_MAJOR = 8;
    /** What cuBLAS 12 needs; the kernels alone would take CUDA 11.8. */
    private static final int LEAST_DRIVER = 12_000;

    /** Why the kernels cannot run, or null if they can. */
    String refusal() {
        if (driverVersion < LEAST_DRIVER) {
            return "the driver must serve CUDA 12.0 or later; install a newer one: driver=CUDA " + cuda(driverVersion);
        }
        if (major < LEAST_MAJOR) {
            return "the GPU must have compute capability 8.0 or later (Ampere and newer): GPU=" + name
                    + ", compute capability=" + major + "." + minor;
        }
        return null;
    }

    /** A version as the driver and cuBLAS 11 number them, as text. */
    static String cuda(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Bytes of dynamic shared memory that a block can be given: CUDA Programming Guide, technical specifications. */
    int sharedLimit() {
        if (major == LEAST_MAJOR) {
            return (minor == 0 ? 163 : 99) << 10;
        }
        return (major < 12 ? 227 : 99) << 10;
    }

    /** Whether it is the tests' own device, and no GPU. */
    boolean simulated() {
        return name.toLowerCase(Locale.ROOT).contains("simulated");
    }

    /** The GPU without its driver. */
    String device() {
        return String.format(
                Locale.ROOT,
                "%s, compute capability %d.%d, %d multiprocessors, %s",
                name,
                major,
                minor,
                multiprocessors,
                Bytes.of(memory));
    }

    @Override
    public String toString() {
        return device() + "; driver for CUDA " + cuda(driverVersion);
    }
}
