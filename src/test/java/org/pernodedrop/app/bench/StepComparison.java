package org.pernodedrop.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times training steps of a framework's networks with different layers, 128 x 784 x 256 at p = 0.5, in turn in one
 * process, and resident memory over many steps; prints lines of JSON. What the benchmarks of frameworks share; not a
 * test.
 */
public final class StepComparison {
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 31;
    private static final int SOAK_STEPS = 10_000;
    private static final int SOAK_LINES = 4;

    private final String framework;

    /**
     * A layer in a network.
     *
     * @param name of the layer
     * @param turn what is timed in a round
     * @param steps training steps of a turn
     */
    public record Peer(String name, Runnable turn, int steps) {}

    public StepComparison(String framework) {
        this.framework = framework;
    }

    /** Median and quartiles of each peer's time for a step. */
    public void time(List<Peer> peers) {
        double[][] milliseconds = new double[peers.size()][ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (int k = 0; k < peers.size(); k++) {
                long start = System.nanoTime();
                peers.get(k).turn().run();
                if (round >= 0) {
                    milliseconds[k][round] =
                            (System.nanoTime() - start) / 1e6 / peers.get(k).steps();
                }
            }
        }
        System.out.println("JDK " + Runtime.version());
        for (int k = 0; k < peers.size(); k++) {
            Arrays.sort(milliseconds[k]);
            System.out.printf(
                    Locale.ROOT,
                    "{\"framework\": \"%s\", \"layer\": \"%s\", \"samples\": 128, \"inputs\": 784, \"outputs\": 256,"
                            + " \"drop_rate\": 0.5, \"step_ms\": {\"q1\": %.2f, \"median\": %.2f, \"q3\": %.2f}}%n",
                    framework,
                    peers.get(k).name(),
                    milliseconds[k][ROUNDS / 4],
                    milliseconds[k][ROUNDS / 2],
                    milliseconds[k][ROUNDS * 3 / 4]);
        }
    }

    /** Resident memory of the process while a peer trains. */
    public void soak(Peer peer) throws IOException {
        int between = SOAK_STEPS / SOAK_LINES;
        for (int step = 0; step <= SOAK_STEPS; step += peer.steps()) {
            if (step % between < peer.steps()) {
                System.gc();
                System.out.printf(
                        Locale.ROOT,
                        "{\"framework\": \"%s\", \"layer\": \"%s\", \"step\": %d, \"resident_mib\": %d}%n",
                        framework,
                        peer.name(),
                        step,
                        resident());
            }
            peer.turn().run();
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
