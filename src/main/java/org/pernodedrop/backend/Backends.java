package org.pernodedrop.backend;

import java.util.function.Consumer;
import org.pernodedrop.backend.cpu.CpuBackend;

/** The choice of a backend: the only place that names the devices' own packages. */
public final class Backends {
    private static final String NO_CUDA = "this build has no CUDA backend";

    private Backends() {}

    /**
     * Opens a backend, owned by the caller.
     *
     * @param device what is asked for; {@link Device#AUTO} takes the best that works
     * @param threads threads on the CPU, in [0, {@value CpuBackend#MAX_THREADS}]; 0 takes all cores
     * @param notice told in one line what was taken and why
     * @throws IllegalArgumentException if threads are out of range
     * @throws IllegalStateException if the device that was asked for cannot be had
     */
    public static Backend open(Device device, int threads, Consumer<String> notice) {
        Checks.notNull("device", device);
        Checks.notNull("notice", notice);
        if (threads < 0 || threads > CpuBackend.MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads must be in [0, " + CpuBackend.MAX_THREADS + "], 0 for all cores: threads=" + threads);
        }
        if (device == Device.CUDA) {
            throw new IllegalStateException("device cuda cannot be had: " + NO_CUDA + "; use device cpu or auto");
        }
        Backend backend = threads == 0 ? new CpuBackend() : new CpuBackend(threads);
        String reason = device == Device.AUTO ? "cuda: " + NO_CUDA : "as asked for";
        notice.accept("device: " + backend.describe() + "; " + reason);
        return backend;
    }
}
