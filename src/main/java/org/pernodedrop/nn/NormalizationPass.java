package org.pernodedrop.nn;

import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Normalizations;
import org.pernodedrop.backend.Workspace;

/** Batch normalization at work. */
final class NormalizationPass implements LayerPass {
    private final Backend backend;
    private final BatchNormalization layer;
    private final int positions;
    private final int channels;
    private final Parameter scale;
    private final Parameter shift;
    private final DeviceFloats runningMean;
    private final DeviceFloats runningVariance;
    private final DeviceFloats mean;
    private final DeviceFloats variance;
    private DeviceFloats x;
    private DeviceFloats y;

    NormalizationPass(
            Backend backend,
            BatchNormalization layer,
            Shape input,
            List<Parameter> parameters,
            List<Statistic> statistics,
            Workspace workspace) {
        this.backend = backend;
        this.layer = layer;
        channels = BatchNormalization.channels(input);
        positions = BatchNormalization.positions(input);
        scale = parameters.get(0);
        shift = parameters.get(1);
        runningMean = statistics.get(0).values();
        runningVariance = statistics.get(1).values();
        mean = workspace.allocate(channels);
        variance = workspace.allocate(channels);
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        y = workspace.allocate((long) samples * positions * channels);
    }

    @Override
    public void requireTrains(Batch batch) {
        if (rows(batch) < 2) {
            throw new IllegalArgumentException("batch normalization needs at least 2 values a channel to train; take"
                    + " batches of at least 2 samples: samples=" + batch.samples() + ", positions of a sample="
                    + positions
                    + ", channels=" + channels);
        }
    }

    private int rows(Batch batch) {
        return Math.multiplyExact(batch.samples(), positions);
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats input) {
        x = input;
        if (batch.mode() == Mode.TRAINING) {
            backend.normalizations().moments(rows(batch), channels, x, mean, variance);
            backend.vectors().blend(layer.momentum(), mean, runningMean);
            backend.vectors().blend(layer.momentum(), variance, runningVariance);
            normalize(batch, mean, variance);
        } else {
            normalize(batch, runningMean, runningVariance);
        }
        return y;
    }

    private void normalize(Batch batch, DeviceFloats means, DeviceFloats variances) {
        backend.normalizations().normalize(input(batch, means, variances), shift.values(), y);
    }

    private Normalizations.Input input(Batch batch, DeviceFloats means, DeviceFloats variances) {
        return new Normalizations.Input(rows(batch), channels, layer.epsilon(), x, means, variances, scale.values());
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        backend.normalizations()
                .normalizeBackward(
                        input(batch, mean, variance), dy, room == null ? null : dy, scale.gradient(), shift.gradient());
        return dy;
    }
}
