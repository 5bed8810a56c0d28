package org.pernodedrop.app.compare;

import java.util.List;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Snapshot;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.PlacedData;
import org.pernodedrop.train.PlacedData.DataOnDevice;
import org.pernodedrop.train.Trainer;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingException;
import org.pernodedrop.train.TrainingListener;
import org.pernodedrop.train.TrainingResult;

/**
 * Procedure of every run of a comparison: the network is trained to its last epoch, restored to the epoch of lowest
 * validation loss, and then tested once.
 *
 * @param model architecture, activation and L2 of all networks
 * @param gaussian how PerNodeDrop by Gaussian noise is computed
 * @param training of all runs, but for the seed
 * @param dataOnDevice where data lies
 */
public record Trial(ModelConfig model, Strategy gaussian, TrainingConfig training, DataOnDevice dataOnDevice) {
    ComparedRun run(Plan.Task task, DataSplit split, Backend backend) {
        Setting setting = task.setting();
        TrainingConfig config = training.withSeed(task.seed());
        DropRate rate = DropRate.of(setting.dropRate() == null ? 0 : setting.dropRate(), Noise.GAUSSIAN);
        NetworkSpec spec = setting.regularizer()
                .model(model, rate, gaussian)
                .describe(split.train().exampleShape(), split.train().classes(), task.seed(), config.newOptimizer());
        try (Network network = new Network(spec, backend)) {
            network.reserve(Trainer.largestBatch(spec, config, split.train().examples()));
            try (Snapshot best = new Snapshot(network);
                    PlacedData data = PlacedData.place(backend, split, dataOnDevice, line -> {})) {
                Trainer trainer = new Trainer(backend, data.train(), data.validation(), config);
                TrainingResult result = trainer.train(network, new TrainingListener() {}, best);
                best.restore();
                LossTotals test = trainer.evaluate(network, data.test().orElseThrow());
                if (!Double.isFinite(test.meanLoss())) {
                    throw new TrainingException(
                            "the loss on the test part is not finite; look for values there that are"
                                    + " out of all proportion");
                }
                return new ComparedRun(
                        setting.regularizer(),
                        setting.dropRate(),
                        task.seed(),
                        spec.parameterCount(),
                        null,
                        test.meanLoss(),
                        test.accuracy(),
                        result.seconds(),
                        result.epochs());
            } catch (TrainingException e) {
                return new ComparedRun(
                        setting.regularizer(),
                        setting.dropRate(),
                        task.seed(),
                        spec.parameterCount(),
                        e.getMessage(),
                        null,
                        null,
                        0,
                        List.of());
            }
        }
    }
}
