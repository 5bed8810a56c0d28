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
     * @param notice told in one line what was taken and why
     * @throws DeviceUnavailableException if the device that was asked for cannot be had
     */
    public static Backend open(BackendOptions options, Consumer<String> notice) {
        Checks.notNull("options", options);
        Checks.notNull("notice", notice);
        if (options.device() == Device.CUDA) {
            throw new DeviceUnavailableException(
                    "device cuda cannot be had: " + NO_CUDA + "; use device cpu or auto", null);
        }
        Backend backend = options.threads() == 0 ? new CpuBackend() : new CpuBackend(options.threads());
        String reason = options.device() == Device.AUTO ? "cuda: " + NO_CUDA : "as asked for";
        notice.accept("device: " + backend.describe() + "; " + reason);
        return backend;
    }
}
