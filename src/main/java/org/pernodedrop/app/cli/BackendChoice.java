package org.pernodedrop.app.cli;

import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.MatrixPrecision;

/**
 * The backend that options ask for, and what of them is in force on it.
 *
 * @param wanted what was asked for
 */
record BackendChoice(BackendOptions wanted) {
    /** Refuses a precision that the device named cannot have. */
    void check(OptionChecks checks) {
        boolean given = wanted.precision() != MatrixPrecision.FP32;
        checks.onlyWith(
                "--device cuda or auto",
                wanted.device() != Device.CPU,
                "--matrix-precision " + wanted.precision(),
                given);
    }

    /** Opens it, owned by the caller. */
    Backend open(OptionChecks checks, Consumer<String> notice) {
        Backend backend;
        try {
            backend = Backends.open(wanted, notice);
        } catch (IllegalArgumentException e) {
            throw checks.refusal("--" + e.getMessage());
        }
        if (precisionOn(backend) != wanted.precision()) {
            notice.accept("matrix precision: fp32; " + backend.device() + " has no " + wanted.precision());
        }
        return backend;
    }

    MatrixPrecision precisionOn(Backend backend) {
        return isCpu(backend) ? MatrixPrecision.FP32 : wanted.precision();
    }

    boolean graphsOn(Backend backend) {
        return !isCpu(backend) && wanted.graphs();
    }

    private static boolean isCpu(Backend backend) {
        return backend.device().equals(Device.CPU.toString());
    }
}
