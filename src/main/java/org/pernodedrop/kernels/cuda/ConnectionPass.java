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

    /** What the kernel that adds up a split sum is called in {@link PtxModule#CONNECTION_SUMS}. */
    public String sumKernelName() {
        return "connection_" + word() + "_sum";
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
