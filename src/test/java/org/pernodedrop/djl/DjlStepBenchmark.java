package org.pernodedrop.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.optimizer.Optimizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.app.bench.StepComparison;
import org.pernodedrop.app.bench.StepComparison.Peer;

/**
 * Time of a whole training step of a DJL network, 128 x 784 x 256 with 10 classes, with this library's block, a block
 * of DJL operations with a materialised mask, and DJL's linear block, alternating in one process; then resident memory
 * over many steps of the first. Not a test.
 */
final class DjlStepBenchmark {
    private DjlStepBenchmark() {}

    public static void main(String[] args) throws IOException {
        NDManager manager = NDManager.newBaseManager();
        NDArray x = DjlNetworks.floats(manager, 1, 128, 784);
        NDArray labels = DjlNetworks.classes(manager, 128, 10);
        String[] names = {"PerNodeDropBlock", "materialised mask", "Linear"};
        Block[] hidden = {
            PerNodeDropBlock.builder().setUnits(256).optDropRate(0.5).build(),
            new MaterializedMaskBlock(256, (batch, samples, inputs, outputs) -> batch.randomUniform(
                            0, 1, new Shape(samples, inputs, outputs))
                    .gt(0.5)
                    .toType(DataType.FLOAT32, false)
                    .muli(2)),
            Linear.builder().setUnits(256).build()
        };
        List<Peer> peers = new ArrayList<>();
        for (int k = 0; k < hidden.length; k++) {
            Model model = DjlNetworks.model(new SequentialBlock()
                    .add(hidden[k])
                    .add(Activation::relu)
                    .add(Linear.builder().setUnits(10).build()));
            var config = DjlNetworks.config(Optimizer.adam().build());
            Trainer trainer = k == 0 ? PerNodeDropBlockTrainer.of(model, config) : model.newTrainer(config);
            trainer.initialize(x.getShape());
            int steps = k == 1 ? 1 : 5;
            peers.add(new Peer(
                    names[k],
                    () -> {
                        for (int step = 0; step < steps; step++) {
                            step(trainer, x, labels);
                        }
                    },
                    steps));
        }
        StepComparison comparison = new StepComparison("djl");
        comparison.time(peers);
        comparison.soak(peers.get(0));
        comparison.soak(peers.get(2));
        System.exit(0);
    }

    private static void step(Trainer trainer, NDArray x, NDArray labels) {
        try (NDManager batch = trainer.getManager().newSubManager()) {
            NDArray rows = x.duplicate();
            rows.attach(batch);
            NDArray classes = labels.duplicate();
            classes.attach(batch);
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList y = trainer.forward(new NDList(rows));
                collector.backward(trainer.getLoss().evaluate(new NDList(classes), y));
            }
            trainer.step();
        }
    }
}
