package org.pernodedrop.tribuo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.Regularizer;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;

/**
 * Time of Tribuo's {@code train} by training steps, 128 x 784 x 256 with 10 classes, with our layer, with the same layer and
 * a materialised mask, and without a mask, in turn in one process: Tribuo has no layers of its own to compare with. Reading
 * the data set and evaluating each epoch are part of it. Then resident memory over many steps. Not a test.
 */
final class TribuoStepBenchmark {
    private static final int ROUNDS = 15;
    private static final int STEPS = 100;
    private static final int SOAK_STEPS = 10_000;

    private TribuoStepBenchmark() {}

    public static void main(String[] args) throws IOException {
        int rows = 128 * 50;
        MutableDataset<Label> data = TribuoData.of(new Dataset(
                "random",
                Numbers.floats(1, rows * 784),
                Numbers.ints(2, rows, 10),
                new int[] {784},
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")));
        String[] names = {"pernodedrop", "pernodedrop, materialised mask", "none"};
        PerNodeDropTrainer[] trainers = {
            trainer().build(),
            trainer().strategy(Strategy.MATERIALIZED).epochs(1).build(),
            trainer().regularizer(Regularizer.NONE).build()
        };
        int[] steps = {STEPS, STEPS / 2, STEPS};
        double[][] milliseconds = new double[trainers.length][ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            for (int k = 0; k < trainers.length; k++) {
                long start = System.nanoTime();
                trainers[k].train(data, Collections.emptyMap());
                if (round >= 0) {
                    milliseconds[k][round] = (System.nanoTime() - start) / 1e6 / steps[k];
                }
            }
        }
        System.out.println("JDK " + Runtime.version());
        for (int k = 0; k < names.length; k++) {
            Arrays.sort(milliseconds[k]);
            System.out.printf(
                    Locale.ROOT,
                    "{\"framework\": \"tribuo\", \"layer\": \"%s\", \"samples\": 128, \"inputs\": 784, \"outputs\": 256,"
                            + " \"drop_rate\": 0.5, \"step_ms\": {\"q1\": %.2f, \"median\": %.2f, \"q3\": %.2f}}%n",
                    names[k],
                    milliseconds[k][ROUNDS / 4],
                    milliseconds[k][ROUNDS / 2],
                    milliseconds[k][ROUNDS * 3 / 4]);
        }
        for (int step = 0; step <= SOAK_STEPS; step += STEPS) {
            if (step % 2500 == 0) {
                System.gc();
                System.out.printf(
                        Locale.ROOT,
                        "{\"framework\": \"tribuo\", \"layer\": \"%s\", \"step\": %d, \"resident_mib\": %d}%n",
                        names[0],
                        step,
                        resident());
            }
            trainers[0].train(data, Collections.emptyMap());
        }
    }

    private static PerNodeDropTrainer.Builder trainer() {
        return PerNodeDropTrainer.builder()
                .network("mlp:256")
                .dropRate(0.5)
                .batchSize(128)
                .epochs(2)
                .device(Device.CPU);
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }
}
