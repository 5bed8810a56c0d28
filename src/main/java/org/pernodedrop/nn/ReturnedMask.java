package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.mask.MaskSpec;

/** Hands out the masks of small layers as numbers. */
final class ReturnedMask {
    /** Most elements of a mask that is handed out: 256 MiB. */
    static final long MAX_ELEMENTS = 1L << 26;

    private ReturnedMask() {}

    static float[] read(Network network, int number, int samples) {
        NetworkSpec spec = network.spec();
        Objects.checkIndex(number, spec.layers().size());
        if (samples < 1) {
            throw new IllegalArgumentException("samples must be at least 1: samples=" + samples);
        }
        Layer layer = spec.layers().get(number);
        MaskSpec mask = layer.drawnMask()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the layer never has a mask: layer=" + number + " (" + layer.kind() + ")"));
        if (layer.drawsAtOutputs()) {
            throw new IllegalArgumentException(
                    "the strategy reparameterized draws at the outputs, no mask of connections"
                            + " exists; take another strategy: layer=" + number);
        }
        boolean shared = mask.fixed() || layer.masksBatch();
        int rows = shared ? 1 : samples;
        int first = shared ? 0 : network.firstSample();
        Shape ofSample = layer.maskShape(spec.inputShape(number));
        int inputs = ofSample.rank() == 1 ? 1 : ofSample.dimensions().get(0);
        int outputs = ofSample.dimensions().get(ofSample.rank() - 1);
        long perSample = (long) inputs * outputs;
        if (perSample > MAX_ELEMENTS / rows) {
            throw new IllegalArgumentException("a mask of more than " + MAX_ELEMENTS
                    + " elements is not handed out; ask for fewer samples: layer=" + number + ", samples=" + rows
                    + ", elements per sample=" + perSample);
        }
        try (DeviceFloats values = network.backend().memory().allocate(perSample * rows)) {
            LayerMask drawn = new LayerMask(mask, number, network.state());
            network.backend().masks().export(drawn, first, rows, inputs, outputs, values);
            return network.backend().memory().download(values);
        }
    }
}
