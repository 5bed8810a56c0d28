package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.train.PlacedData.DataOnDevice;
import picocli.CommandLine.Option;

/** Options of the device. */
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "What computes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Device device;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            defaultValue = "fp32",
            description = "Precision of the factors of products: ${COMPLETION-CANDIDATES}; sums are always fp32. tf32:"
                    + " ordinary products of --device cuda round to 10 bits. bf16: all round to bf16, the CPU, too."
                    + " bf16x2: products with masks on connections keep at least two terms of bf16, 16 bits. Where"
                    + " positions share a mask, --device cuda rounds to 10 bits unless it is bf16. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Precision precision;

    @Option(
            names = "--graphs",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether --device cuda records each training step as a CUDA graph; the numbers are the same"
                    + " without. Default: --graphs.")
    private boolean graphs;

    @Option(
            names = "--data-on-device",
            paramLabel = "WHERE",
            defaultValue = "auto",
            description = "Whether the data lies in the device's memory: ${COMPLETION-CANDIDATES}; auto asks for room"
                    + " beside the network. If not, batches are copied while others are computed on; the numbers are"
                    + " the same. Default: ${DEFAULT-VALUE}.")
    DataOnDevice dataOnDevice;

    /** The requested backend, with a number of threads on the CPU. */
    Choice choice(OptionChecks checks, int threads) {
        return checks.valid(
                "--",
                () -> new Choice(BackendOptions.of(device)
                        .withThreads(threads)
                        .withPrecision(precision)
                        .withGraphs(graphs)));
    }

    /** The effective value of every option by its name. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("device", device);
        settings.put("precision", precision);
        settings.put("graphs", graphs);
        settings.put("data_on_device", dataOnDevice);
        return settings;
    }

    /**
     * The requested backend, and the settings that are effective on it.
     *
     * @param wanted what was asked for
     */
    record Choice(BackendOptions wanted) {
        /** Refuses a precision that the named device does not support. */
        void check(OptionChecks checks) {
            boolean given = wanted.precision() == Precision.TF32;
            checks.onlyWith(
                    "--device cuda or auto", wanted.device() != Device.CPU, "--precision " + wanted.precision(), given);
        }

        /** Opens it, owned by the caller. */
        Backend open(OptionChecks checks, Consumer<String> notice) {
            Backend backend = checks.valid("--", () -> Backends.open(wanted, notice));
            if (precisionOn(backend) != wanted.precision()) {
                notice.accept("precision: fp32; " + backend.device() + " has no " + wanted.precision());
            }
            return backend;
        }

        /** The precision that is in force: the CPU has no TF32. */
        Precision precisionOn(Backend backend) {
            return isCpu(backend) && wanted.precision() == Precision.TF32 ? Precision.FP32 : wanted.precision();
        }

        boolean graphsOn(Backend backend) {
            return !isCpu(backend) && wanted.graphs();
        }

        private static boolean isCpu(Backend backend) {
            return backend.device().equals(Device.CPU.toString());
        }
    }
}
