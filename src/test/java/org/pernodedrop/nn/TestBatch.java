package org.pernodedrop.nn;

import java.util.Random;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/** Random samples, on the host and on a device. */
final class TestBatch implements AutoCloseable {
    final int samples;
    final float[] input;
    final int[] labels;
    final float[] targets;
    final DeviceFloats deviceInput;
    final DeviceInts deviceLabels;
    final DeviceFloats deviceTargets;

    TestBatch(Backend backend, long seed, int samples, int inputs, int outputs) {
        Random random = new Random(seed);
        this.samples = samples;
        input = gaussians(random, samples * inputs);
        targets = gaussians(random, samples * outputs);
        labels = random.ints(samples, 0, outputs).toArray();
        deviceInput = backend.memory().allocate(input.length);
        deviceLabels = backend.memory().allocateInts(samples);
        deviceTargets = backend.memory().allocate(targets.length);
        backend.memory().upload(input, 0, deviceInput);
        backend.memory().upload(labels, 0, deviceLabels);
        backend.memory().upload(targets, 0, deviceTargets);
    }

    private static float[] gaussians(Random random, int length) {
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        return values;
    }

    @Override
    public void close() {
        deviceInput.close();
        deviceLabels.close();
        deviceTargets.close();
    }
}
