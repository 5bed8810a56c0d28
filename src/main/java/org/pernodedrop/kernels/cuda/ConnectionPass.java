package org.pernodedrop.kernels.cuda;

import java.util.Locale;

/** The passes over a layer with a mask on every connection. */
public enum ConnectionPass {
    /** y from x and w. */
    FORWARD,
    /** The gradient of the inputs. */
    BACKWARD_INPUT,
    /** The gradient of the weights, and of the bias. */
    BACKWARD_WEIGHT;

    /** The kernel that adds up a split sum. */
    public KernelSignature sumKernel() {
        return KernelCatalogue.kernel("connection_" + name().toLowerCase(Locale.ROOT) + "_sum");
    }
}
