package org.pernodedrop.backend.cpu;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/** Slots in Java arrays; batches are copied when they are received. */
final class CpuBatchFeed implements BatchFeed {
    private final float[][] features;
    private final int[][] labels;
    private final CpuGate gate;
    private long submitted;
    private long received;
    private boolean closed;

    CpuBatchFeed(int features, int labels, CpuGate gate) {
        this.features = new float[SLOTS][features];
        this.labels = new int[SLOTS][labels];
        this.gate = gate;
    }

    @Override
    public FloatBuffer features() {
        return FloatBuffer.wrap(features[free()]);
    }

    @Override
    public IntBuffer labels() {
        return IntBuffer.wrap(labels[free()]);
    }

    @Override
    public void submit() {
        free();
        submitted++;
    }

    @Override
    public void receive(DeviceFloats toFeatures, DeviceInts toLabels) {
        requireOpen();
        if (submitted == received) {
            throw new IllegalStateException("a batch must be submitted before it is received: submitted=" + submitted);
        }
        CpuFloats x = CpuFloats.of(toFeatures);
        CpuInts y = CpuInts.of(toLabels);
        int slot = (int) (received % SLOTS);
        BatchFeed.checkFits("features", toFeatures, features[slot].length);
        BatchFeed.checkFits("labels", toLabels, labels[slot].length);
        System.arraycopy(features[slot], 0, x.array, x.offset, (int) x.length());
        System.arraycopy(labels[slot], 0, y.array, y.offset, (int) y.length());
        received++;
    }

    @Override
    public void close() {
        closed = true;
    }

    private int free() {
        requireOpen();
        if (submitted - received == SLOTS) {
            throw new IllegalStateException(
                    "all slots hold batches; receive one before the next: submitted and not received=" + SLOTS);
        }
        return (int) (submitted % SLOTS);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the feed was closed before its use");
        }
        gate.requireOutsideCaptures("using a feed");
    }
}
