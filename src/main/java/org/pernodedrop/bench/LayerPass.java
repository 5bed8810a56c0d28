package org.pernodedrop.bench;

/** One way to compute a layer: y from x, then dx, dw and db from dy. */
interface LayerPass {
    Kind kind();

    /** Bytes that hold mask values from the forward pass to the end of the backward pass. */
    long maskBytes();

    void forward();

    /** With the mask of the last forward pass. */
    void backward();
}
