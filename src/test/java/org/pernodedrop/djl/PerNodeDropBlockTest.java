package org.pernodedrop.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.Refusal.mentions;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.mask.ReferenceMask;

/** The block in DJL's own networks and its autograd. */
class PerNodeDropBlockTest extends DjlNetworks {
    private static MaterializedMaskBlock explicit(int units, PerNodeDropBlock of) {
        return new MaterializedMaskBlock(units, (manager, samples, inputs, outputs) -> {
            float[] values = ReferenceMask.values(of.mask(), (int) samples, (int) inputs, (int) outputs);
            return manager.create(values, new Shape(samples, inputs, outputs));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "BERNOULLI, 16",
        "GAUSSIAN, 16",
        "PARTIAL_GAUSSIAN, 16",
        "BERNOULLI, 16x5",
        "GAUSSIAN, 13x2",
        "BERNOULLI, 1"
    })
    void passesAreThoseOfTheMaterializedMask(Noise noise, String samples) {
        long[] rows =
                Arrays.stream(samples.split("x")).mapToLong(Long::parseLong).toArray();
        long[] shape = Arrays.copyOf(rows, rows.length + 1);
        shape[rows.length] = 20;
        PerNodeDropBlock first = block(33, noise);
        PerNodeDropBlock second = block(33, noise);
        Block ours = network(first, residual(second));
        Block theirs = network(explicit(33, first), residual(explicit(33, second)));
        NDArray x = floats(manager, 1, shape);
        NDArray labels =
                floats(manager, 2, rows.length == 1 ? new long[] {rows[0], 3} : new long[] {rows[0], rows[1], 3});
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(sgd());
        try (Model ourModel = model(ours);
                Model theirModel = model(theirs);
                Trainer ourTrainer = PerNodeDropBlockTrainer.of(ourModel, config);
                Trainer theirTrainer = theirModel.newTrainer(config)) {
            for (Trainer trainer : List.of(ourTrainer, theirTrainer)) {
                trainer.initialize(new Shape(shape));
                number(trainer.getModel().getBlock());
            }
            for (int step = 0; step < 2; step++) {
                Map<String, float[]> actual = gradients(ourTrainer, x, labels);
                List<float[]> expected =
                        List.copyOf(gradients(theirTrainer, x, labels).values());
                int k = 0;
                for (Map.Entry<String, float[]> entry : actual.entrySet()) {
                    assertClose(entry.getKey(), expected.get(k++), entry.getValue());
                }
                theirTrainer.step();
                ourTrainer.step();
            }
        }
    }

    @Test
    void initialWeightsAreLinears() {
        Linear linear = Linear.builder().setUnits(33).build();
        PerNodeDropBlock ours = block(33);
        Engine.getEngine("PyTorch").setRandomSeed(7);
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, 20));
        Engine.getEngine("PyTorch").setRandomSeed(7);
        ours.initialize(manager, DataType.FLOAT32, new Shape(1, 20));
        NDArray expected = linear.getParameters().get("weight").getArray().transpose();
        NDArray actual = ours.getParameters().get("weight").getArray();
        assertEquals(new Shape(20, 33), actual.getShape());
        // The same numbers in another order, so equality is exact.
        assertArrayEquals(expected.duplicate().toFloatArray(), actual.toFloatArray());
        ours.clear();
        ours.initialize(manager, DataType.FLOAT32, new Shape(1, 20));
        assertTrue(ours.isInitialized());
    }

    @Test
    void masksChangeByStepAndNotAtInference() {
        PerNodeDropBlock ours = block(33);
        NDArray x = floats(manager, 1, 16, 20);
        try (PerNodeDropBlockTrainer trainer = trainer(ours, x.getShape())) {
            float[] plain = infer(ours, manager, x).toFloatArray();
            NDArray w = ours.getParameters().get("weight").getArray();
            assertClose("inference", x.matMul(w).toFloatArray(), plain);
            assertClose(
                    "evaluation", plain, trainer.evaluate(new NDList(x)).head().toFloatArray());
            NDArray labels = classes(manager, 16, 33);
            Mask before = ours.mask();
            float[] first = gradients(trainer, x, labels).get("y");
            trainer.step();
            Mask after = ours.mask();
            float[] second = gradients(trainer, x, labels).get("y");
            assertEquals(before.key(), after.key());
            assertEquals(before.step() + 1, after.step());
            assertFalse(Arrays.equals(first, second));
            assertFalse(Arrays.equals(first, plain));
        }
    }

    @Test
    void blocksOfOneSeedHaveMasksOfTheirOwn() {
        PerNodeDropBlock first = block(33);
        PerNodeDropBlock second = block(33);
        try (PerNodeDropBlockTrainer trainer = trainer(network(first, residual(second)), new Shape(1, 20))) {
            assertNotEquals(first.mask().key(), second.mask().key());
            assertFalse(trainer.getModel().getBlock().getParameters().isEmpty());
        }
    }

    @Test
    void aBatchMayBeSplitAndATargetToo() {
        NDArray x = floats(manager, 1, 16, 20);
        NDArray labels = floats(manager, 2, 16, 3);
        Block whole = network(block(33), residual(block(33)));
        Block parts = network(block(33), residual(block(33)));
        Block targets = network(block(33), residual(block(33)));
        List<float[]> found = new ArrayList<>();
        for (Block network : List.of(whole, parts, targets)) {
            try (PerNodeDropBlockTrainer trainer = trainer(network, x.getShape())) {
                number(network);
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    if (network == parts) {
                        for (int half = 0; half < 2; half++) {
                            NDArray y = forward(trainer, x.get(half * 8 + ":" + (half * 8 + 8)));
                            collector.backward(y.mul(labels.get(half * 8 + ":" + (half * 8 + 8)))
                                    .sum());
                        }
                    } else {
                        NDArray y = forward(trainer, x).mul(labels);
                        if (network == whole) {
                            collector.backward(y.sum());
                        } else {
                            collector.backward(y.get("0:5").sum());
                            collector.backward(y.get("5:").sum());
                        }
                    }
                }
                found.add(all(network, NDArray::getGradient));
            }
        }
        assertClose("in two batches", found.get(0), found.get(1));
        assertClose("by two targets", found.get(0), found.get(2));
    }

    private static NDArray forward(Trainer trainer, NDArray x) {
        return trainer.forward(new NDList(x)).head();
    }

    @Test
    void viewsAreTakenAndScopesMayClose() {
        NDArray wide = floats(manager, 1, 20, 16);
        NDArray labels = classes(manager, 16, 3);
        Map<String, float[]> expected;
        Block first = network(block(33), block(13));
        try (PerNodeDropBlockTrainer trainer = trainer(first, new Shape(16, 20))) {
            number(first);
            NDArray rows = wide.transpose().reshape(-1).reshape(16, 20);
            expected = gradients(trainer, rows, labels);
        }
        Block second = network(block(33), block(13));
        try (PerNodeDropBlockTrainer trainer = trainer(second, new Shape(16, 20));
                GradientCollector collector = trainer.newGradientCollector()) {
            number(second);
            NDArray loss;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDList y = trainer.forward(new NDList(wide.transpose()));
                assertClose("y", expected.get("y"), y.head().toFloatArray());
                loss = trainer.getLoss().evaluate(new NDList(labels), y);
                NDScope.unregister(loss);
                NDScope.unregister(y);
            }
            collector.backward(loss);
            for (Pair<String, Parameter> parameter : second.getParameters()) {
                assertClose(
                        parameter.getKey(),
                        expected.get(parameter.getKey()),
                        parameter.getValue().getArray().getGradient().toFloatArray());
            }
        }
    }

    @Test
    void whatIsWrongIsRefused() {
        mentions("units must be at least 1", () -> PerNodeDropBlock.builder().build());
        mentions(
                "must be",
                () -> PerNodeDropBlock.builder().setUnits(3).optDropRate(1).build());
        mentions(
                "noise",
                () -> PerNodeDropBlock.builder().setUnits(3).optNoise(null).build());
        mentions("[B, I] or [B, T, I]", () -> block(3).initialize(manager, DataType.FLOAT32, new Shape(1, 2, 3, 4)));
        Model none = Model.newInstance("none", Device.cpu(), "PyTorch");
        DefaultTrainingConfig config = config(sgd());
        mentions("must have a block", () -> PerNodeDropBlockTrainer.of(none, config));
        mentions("must not be null", () -> PerNodeDropBlockTrainer.of(none, null));
        PerNodeDropBlock ours = block(3);
        Model model = model(ours);
        DefaultTrainingConfig gpu = config(sgd()).optDevices(new Device[] {Device.gpu()});
        mentions("computes on the CPU", () -> PerNodeDropBlockTrainer.of(model, gpu));
        NDArray x = floats(manager, 1, 4, 5);
        try (Trainer plain = model.newTrainer(config)) {
            plain.initialize(x.getShape());
            mentions("needs a PerNodeDropBlockTrainer", () -> plain.forward(new NDList(x)));
        }
        PerNodeDropBlockTrainer first = PerNodeDropBlockTrainer.of(model, config);
        mentions("open gradient collector", () -> first.forward(new NDList(x)));
        try (GradientCollector collector = first.newGradientCollector()) {
            mentions("not empty", () -> first.forward(new NDList(floats(manager, 1, 4, 6))));
            mentions("FLOAT32", () -> first.forward(new NDList(x.toType(DataType.FLOAT64, true))));
            mentions("already collecting", first::newGradientCollector);
            NDList y = first.forward(new NDList(x));
            collector.backward(y.head().square().sum());
        }
        try (PerNodeDropBlockTrainer second = PerNodeDropBlockTrainer.of(model, config)) {
            mentions("made last", first::step);
            assertEquals(model, second.getModel());
        }
        first.close();
        none.close();
    }
}
