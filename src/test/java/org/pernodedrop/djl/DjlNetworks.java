package org.pernodedrop.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Pair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.mask.Noise;

/** What the tests of the DJL block share: the engine with a manager for each test, networks, data and assertions. */
abstract class DjlNetworks {
    NDManager manager;

    /** Skips the tests except on Linux x86-64, the only system whose PyTorch natives the build fetches. */
    @BeforeAll
    static void requireNatives() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean there =
                system.contains("linux") && System.getProperty("os.arch").equals("amd64");
        assumeTrue(there, "DJL TESTS SKIPPED: PyTorch's natives are fetched on Linux x86-64 only");
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /**
     * Compares results of PyTorch, whose rounding depends on layout, thread count and processor. Another mask or step
     * differs by far more.
     */
    static void assertClose(String what, float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length, what);
        double scale = 0;
        double error = 0;
        for (int k = 0; k < expected.length; k++) {
            scale = Math.max(scale, Math.abs(expected[k]));
            error = Math.max(error, Math.abs((double) expected[k] - actual[k]));
        }
        assertTrue(scale > 0, what + " is all zeros");
        assertTrue(error <= 1e-5 * scale, what + ": error " + error + " at a scale of " + scale);
    }

    static Model model(Block block) {
        Model model = Model.newInstance("test", Device.cpu(), "PyTorch");
        model.setBlock(block);
        return model;
    }

    static DefaultTrainingConfig config(Optimizer optimizer) {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(optimizer);
    }

    static Optimizer sgd() {
        return Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build();
    }

    static PerNodeDropBlock block(int units) {
        return PerNodeDropBlock.builder().setUnits(units).optMaskSeed(42).build();
    }

    static PerNodeDropBlock block(int units, Noise noise) {
        return PerNodeDropBlock.builder()
                .setUnits(units)
                .optNoise(noise)
                .optDropRate(0.4)
                .optMaskSeed(42)
                .build();
    }

    static PerNodeDropBlockTrainer trainer(Block block, Shape input) {
        return trainer(model(block), input);
    }

    static PerNodeDropBlockTrainer trainer(Model model, Shape input) {
        PerNodeDropBlockTrainer trainer = PerNodeDropBlockTrainer.of(model, config(sgd()));
        trainer.initialize(input);
        return trainer;
    }

    static SequentialBlock network(Block first, Block second) {
        return new SequentialBlock()
                .add(Linear.builder().setUnits(7).build())
                .add(Activation::tanh)
                .add(first)
                .add(Activation::tanh)
                .add(second)
                .add(Activation::relu)
                .add(Linear.builder().setUnits(3).build());
    }

    /** A block whose input is used twice, also by a residual connection. */
    static Block residual(Block inner) {
        Function<List<NDList>, NDList> sum =
                lists -> new NDList(lists.get(0).head().add(lists.get(1).head()));
        return new ParallelBlock(sum, List.of(inner, new SequentialBlock().add(Activation::tanh)));
    }

    static void train(PerNodeDropBlockTrainer trainer, NDArray x, NDArray labels, int steps) {
        for (int step = 0; step < steps; step++) {
            try (NDManager batch = x.getManager().newSubManager()) {
                NDArray rows = x.duplicate();
                rows.attach(batch);
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList y = trainer.forward(new NDList(rows));
                    collector.backward(trainer.getLoss().evaluate(new NDList(labels), y));
                }
            }
            trainer.step();
        }
    }

    static NDArray floats(NDManager manager, long seed, long... shape) {
        Shape wanted = new Shape(shape);
        return manager.create(Numbers.floats(seed, (int) wanted.size()), wanted);
    }

    /** Classes of samples, as floats in a column. */
    static NDArray classes(NDManager manager, int samples, int classes) {
        return column(manager, Numbers.ints(2, samples, classes));
    }

    private static NDArray column(NDManager manager, int[] classes) {
        float[] values = new float[classes.length];
        for (int b = 0; b < values.length; b++) {
            values[b] = classes[b];
        }
        return manager.create(values, new Shape(values.length, 1));
    }

    /** Fills every parameter with numbers that depend only on its place and shape. */
    static void number(Block block) {
        long seed = 100;
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            NDArray array = parameter.getValue().getArray();
            array.set(Numbers.floats(seed++, (int) array.getShape().size()));
        }
    }

    /** One forward and backward pass: the output, then gradients by parameter in the network's order. */
    static Map<String, float[]> gradients(Trainer trainer, NDArray x, NDArray labels) {
        Map<String, float[]> found = new LinkedHashMap<>();
        try (GradientCollector collector = trainer.newGradientCollector()) {
            NDList y = trainer.forward(new NDList(x));
            NDArray loss = trainer.getLoss().evaluate(new NDList(labels), y);
            found.put("y", y.head().toFloatArray());
            collector.backward(loss);
        }
        for (Pair<String, Parameter> parameter : trainer.getModel().getBlock().getParameters()) {
            NDArray gradient = parameter.getValue().getArray().getGradient();
            found.put(parameter.getKey(), gradient.toFloatArray());
        }
        return found;
    }

    static float[] parameters(Block block) {
        return all(block, array -> array);
    }

    /** The numbers of all parameters, or of arrays that belong to them, in the network's order. */
    static float[] all(Block block, UnaryOperator<NDArray> of) {
        NDList arrays = new NDList();
        block.getParameters()
                .values()
                .forEach(parameter -> arrays.add(of.apply(parameter.getArray()).flatten()));
        return NDArrays.concat(arrays).toFloatArray();
    }

    static NDArray infer(Block block, NDManager manager, NDArray x) {
        return block.forward(new ParameterStore(manager, false), new NDList(x), false)
                .head();
    }

    static ArrayDataset batches(NDManager manager, Dataset data, int batch, boolean shuffled) {
        return new ArrayDataset.Builder()
                .setData(manager.create(data.features(), new Shape(data.examples(), data.featureCount())))
                .optLabels(column(manager, data.labels()))
                .setSampling(batch, shuffled)
                .build();
    }
}
