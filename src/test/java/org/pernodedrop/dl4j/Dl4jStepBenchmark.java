package org.pernodedrop.dl4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.kernels.HostKernels;

/**
 * Time of a whole training step of a DL4J network, 128 x 784 x 256 with 10 classes, with our layer, DL4J's own layer with a
 * materialised mask, and its dense layer, in turn in one process; then resident memory over many steps with ours. Not a test.
 */
final class Dl4jStepBenchmark {
    private static final int ROUNDS = 31;
    private static final int SOAK_STEPS = 10_000;

    private Dl4jStepBenchmark() {}

    public static void main(String[] args) throws IOException {
        DataSet data = new DataSet(
                Dl4jNetworks.features(DataType.FLOAT, 128, 784), Dl4jNetworks.oneHot(DataType.FLOAT, 128, 10));
        String[] names = {"PerNodeDropLayer", "materialised mask", "DenseLayer"};
        Layer[] layers = {
            new PerNodeDropLayer.Builder()
                    .nOut(256)
                    .activation(Activation.RELU)
                    .dropRate(0.5)
                    .build(),
            new MaterializedMaskLayer.Builder((b, i, u) -> Nd4j.rand(DataType.FLOAT, b, i, u)
                            .gt(0.5)
                            .castTo(DataType.FLOAT)
                            .muli(2))
                    .nOut(256)
                    .activation(Activation.RELU)
                    .build(),
            new DenseLayer.Builder().nOut(256).activation(Activation.RELU).build()
        };
        MultiLayerNetwork[] networks = new MultiLayerNetwork[layers.length];
        double[][] milliseconds = new double[layers.length][ROUNDS];
        for (int k = 0; k < layers.length; k++) {
            networks[k] = Dl4jNetworks.network(Dl4jNetworks.configuration(DataType.FLOAT, 784, 10, layers[k]));
        }
        for (int round = -5; round < ROUNDS; round++) {
            for (int k = 0; k < networks.length; k++) {
                int steps = k == 1 ? 1 : 5;
                long start = System.nanoTime();
                for (int step = 0; step < steps; step++) {
                    networks[k].fit(data);
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
                    "{\"framework\": \"dl4j\", \"layer\": \"%s\", \"samples\": 128, \"inputs\": 784, \"outputs\": 256,"
                            + " \"drop_rate\": 0.5, \"step_ms\": {\"q1\": %.2f, \"median\": %.2f, \"q3\": %.2f}}%n",
                    names[k],
                    milliseconds[k][ROUNDS / 4],
                    milliseconds[k][ROUNDS / 2],
                    milliseconds[k][ROUNDS * 3 / 4]);
        }
        networks[1].close();
        for (int k : new int[] {0, 2}) {
            for (int step = 0; step <= SOAK_STEPS; step++) {
                if (step % 2500 == 0) {
                    System.gc();
                    System.out.printf(
                            Locale.ROOT,
                            "{\"framework\": \"dl4j\", \"layer\": \"%s\", \"step\": %d, \"resident_mib\": %d}%n",
                            names[k],
                            step,
                            resident());
                }
                networks[k].fit(data);
            }
        }
        System.exit(0);
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }
}
