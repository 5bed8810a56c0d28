package org.pernodedrop.app.bench;

/** One way to compute a layer: y from x, then dx, dw and db from dy. */
interface LayerPass extends AutoCloseable {
    /** What it is called in results. */
    String name();

    /** The precision that factors of products are rounded to. */
    Precision precision();

    /** Bytes that hold mask values from the forward pass to the end of the backward pass. */
    long maskBytes();

    void forward();

    /** With the mask of the last forward pass. */
    void backward();

    /** By the definition, compares what the last passes left in the buffers; throws if it is wrong. */
    double check(ResultCheck check);

    /** Gives back what is its own on the device. */
    @Override
    default void close() {}
}
