package org.pernodedrop.tribuo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pernodedrop.app.bench.StepComparison;
import org.pernodedrop.app.bench.StepComparison.Peer;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;

/**
 * Time of a step of Tribuo's {@code train}, 128 x 784 x 256 with 10 classes, with this library's layer, with a
 * materialised mask and without a mask, alternating in one process, since Tribuo has no such layers. Includes reading
 * the data set and evaluating each epoch. Then resident memory over many steps. Not a test.
 */
final class TribuoStepBenchmark {
    private static final int STEPS_OF_AN_EPOCH = 50;

    private TribuoStepBenchmark() {}

    public static void main(String[] args) throws IOException {
        int rows = 128 * STEPS_OF_AN_EPOCH;
        MutableDataset<Label> data = TribuoData.of(new Dataset(
                "random",
                Numbers.floats(1, rows * 784),
                Numbers.ints(2, rows, 10),
                new int[] {784},
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
        String[] names = {"pernodedrop", "pernodedrop, materialised mask", "none"};
        PerNodeDropTrainer[] trainers = {
            trainer().build(),
            trainer().strategy(Strategy.MATERIALIZED).build(),
            trainer().regularizer(Regularizer.NONE).build()
        };
        List<Peer> peers = new ArrayList<>();
        for (int k = 0; k < trainers.length; k++) {
            PerNodeDropTrainer trainer = trainers[k];
            peers.add(new Peer(names[k], () -> trainer.train(data, Map.of()), STEPS_OF_AN_EPOCH));
        }
        StepComparison comparison = new StepComparison("tribuo");
        comparison.time(peers);
        comparison.soak(peers.get(0));
    }

    private static PerNodeDropTrainer.Builder trainer() {
        return PerNodeDropTrainer.builder()
                .network("mlp:256")
                .dropRate(0.5)
                .batchSize(128)
                .epochs(1)
                .device(Device.CPU);
    }
}
