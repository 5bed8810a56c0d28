package org.pernodedrop.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.Refusal.mentions;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Threads;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;

/** Training with the block: its files, real data, several models, and nothing left behind. */
class PerNodeDropBlockTrainerTest extends DjlNetworks {
    @Test
    void savedModelsGoOnAsTheyWould(@TempDir Path folder) throws Exception {
        NDArray x = floats(manager, 1, 16, 20);
        NDArray labels = classes(manager, 16, 3);
        Block network = network(block(33), block(13));
        try (Model model = model(network);
                PerNodeDropBlockTrainer trainer = trainer(model, x.getShape())) {
            train(trainer, x, labels, 5);
            model.save(folder, "saved");
            Block other = network(
                    PerNodeDropBlock.builder().setUnits(33).build(),
                    PerNodeDropBlock.builder().setUnits(13).build());
            try (Model restored = model(other)) {
                restored.load(folder, "saved");
                try (PerNodeDropBlockTrainer again = PerNodeDropBlockTrainer.of(restored, config(sgd()))) {
                    assertArrayEquals(parameters(network), parameters(other));
                    assertClose(
                            "inference",
                            infer(network, manager, x).toFloatArray(),
                            infer(other, manager, x).toFloatArray());
                    train(trainer, x, labels, 5);
                    train(again, x, labels, 5);
                    assertClose("parameters", parameters(network), parameters(other));
                }
            }
            Block wrong = network(block(34), block(13));
            try (Model restored = model(wrong)) {
                mentions("another block's", () -> restored.load(folder, "saved"));
            }
        }
    }

    @Test
    void aStepLeavesNoArrayBehind() {
        NDArray x = floats(manager, 1, 16, 20);
        NDArray labels = classes(manager, 16, 3);
        try (Model model = model(network(block(33), residual(block(33))));
                PerNodeDropBlockTrainer trainer = trainer(model, x.getShape())) {
            train(trainer, x, labels, 3);
            int before = arrays(trainer, model);
            train(trainer, x, labels, 20);
            assertEquals(before, arrays(trainer, model));
        }
    }

    private int arrays(Trainer trainer, Model model) {
        return trainer.getManager().getManagedArrays().size()
                + model.getNDManager().getManagedArrays().size();
    }

    @Test
    void theExampleOfTheDocsLearnsDigits() throws Exception {
        DataSplit split = DataSource.parse("digits", null).load(42, 0.2, 0);
        split.standardize();
        ArrayDataset train = batches(manager, split.train(), 32, true);
        ArrayDataset validation = batches(manager, split.validation(), 128, false);
        Engine.getInstance().setRandomSeed(42);
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.adam().build())
                .addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.basic());
        // As in docs/frameworks.md.
        Model model = Model.newInstance("digits");
        model.setBlock(new SequentialBlock()
                .add(PerNodeDropBlock.builder().setUnits(128).optDropRate(0.5).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(10).build()));
        Trainer trainer = PerNodeDropBlockTrainer.of(model, config);
        trainer.initialize(new Shape(1, 64));
        EasyTrain.fit(trainer, 15, train, validation);
        try (model;
                trainer) {
            float accuracy = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
            assertTrue(accuracy > 0.95, "accuracy " + accuracy);
        }
    }

    @Test
    void modelsTrainInTurnAsAloneAndPredictSideBySide() throws Exception {
        NDArray x = floats(manager, 1, 16, 20);
        NDArray labels = classes(manager, 16, 3);
        List<Block> networks = new ArrayList<>();
        List<PerNodeDropBlockTrainer> trainers = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            networks.add(network(block(33), block(13)));
            trainers.add(trainer(networks.get(k), x.getShape()));
            number(networks.get(k));
        }
        train(trainers.get(0), x, labels, 10);
        for (int step = 0; step < 10; step++) {
            train(trainers.get(1), x, labels, 1);
            train(trainers.get(2), x, labels, 1);
        }
        float[] alone = parameters(networks.get(0));
        assertClose("second network", alone, parameters(networks.get(1)));
        assertClose("third network", alone, parameters(networks.get(2)));
        float[] expected = infer(networks.get(0), manager, x).toFloatArray();
        List<Callable<float[]>> predictions = new ArrayList<>();
        for (int k = 0; k < 12; k++) {
            Block network = networks.get(k % 3);
            predictions.add(() -> {
                try (NDManager own = manager.newSubManager()) {
                    NDArray rows = x.duplicate();
                    rows.attach(own);
                    return infer(network, own, rows).toFloatArray();
                }
            });
        }
        for (float[] prediction : Threads.together(predictions)) {
            assertClose("prediction", expected, prediction);
        }
        trainers.forEach(Trainer::close);
    }
}
