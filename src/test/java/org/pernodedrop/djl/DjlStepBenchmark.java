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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.pernodedrop.kernels.HostKernels;

/**
 * Time of a whole training step of a DJL network, 128 x 784 x 256 with 10 classes, with our block, one of DJL's operations
 * with a materialised mask, and DJL's linear block, in turn in one process; then resident memory over many steps with ours.
 * Not a test.
 */
final class DjlStepBenchmark {
    private static final int ROUNDS = 31;
    private static final int SOAK_STEPS = 10_000;

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
        Trainer[] trainers = new Trainer[hidden.length];
        for (int k = 0; k < hidden.length; k++) {
            Model model = DjlNetworks.model(new SequentialBlock()
                    .add(hidden[k])
                    .add(Activation::relu)
                    .add(Linear.builder().setUnits(10).build()));
            var config = DjlNetworks.config(Optimizer.adam().build());
            trainers[k] = k == 0 ? PerNodeDropTrainer.of(model, config) : model.newTrainer(config);
            trainers[k].initialize(x.getShape());
        }
        double[][] milliseconds = new double[hidden.length][ROUNDS];
        for (int round = -5; round < ROUNDS; round++) {
            for (int k = 0; k < trainers.length; k++) {
                int steps = k == 1 ? 1 : 5;
                long start = System.nanoTime();
                for (int step = 0; step < steps; step++) {
                    step(trainers[k], x, labels);
                }
                if (round >= 0) {
                    milliseconds[k][round] = (System.nanoTime() - start) / 1e6 / steps;
                }
            }
        }
        System.out.println("kernels: " + HostKernels.shared().describe() + "; JDK " + Runtime.version());
        for (int k = 0; k < names.length; k++) {
            Arrays.sort(milliseconds[k]);
            System.out.printf(
                    Locale.ROOT,
                    "{\"framework\": \"djl\", \"layer\": \"%s\", \"samples\": 128, \"inputs\": 784, \"outputs\": 256,"
                            + " \"drop_rate\": 0.5, \"step_ms\": {\"q1\": %.2f, \"median\": %.2f, \"q3\": %.2f}}%n",
                    names[k],
                    milliseconds[k][ROUNDS / 4],
                    milliseconds[k][ROUNDS / 2],
                    milliseconds[k][ROUNDS * 3 / 4]);
        }
        for (int k : new int[] {0, 2}) {
            for (int step = 0; step <= SOAK_STEPS; step++) {
                if (step % 2500 == 0) {
                    System.gc();
                    System.out.printf(
                            Locale.ROOT,
                            "{\"framework\": \"djl\", \"layer\": \"%s\", \"step\": %d, \"resident_mib\": %d}%n",
                            names[k],
                            step,
                            resident());
                }
                step(trainers[k], x, labels);
            }
        }
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

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }
}
