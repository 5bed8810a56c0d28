package org.pernodedrop.app.bench;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.pernodedrop.data.Dataset;

/** Random images of the size and number of MNIST's: they take as long as real ones, and nothing can be learnt from them. */
public final class SyntheticData {
    /** What it is called on the command line and in results. */
    public static final String NAME = "synthetic";

    private static final int EXAMPLES = 60_000;
    private static final int SIDE = 28;
    private static final int CLASSES = 10;
    private static final long SEED = 28;

    private SyntheticData() {}

    /** The first {@code limit} images; 0 for all 60,000. */
    public static Dataset of(int limit) {
        int examples = limit == 0 ? EXAMPLES : Math.min(limit, EXAMPLES);
        SplittableRandom random = new SplittableRandom(SEED);
        int[] labels = new int[examples];
        float[] pixels = new float[examples * SIDE * SIDE];
        for (int example = 0; example < examples; example++) {
            labels[example] = random.nextInt(CLASSES);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                pixels[example * SIDE * SIDE + pixel] = (float) random.nextDouble(-1, 1);
            }
        }
        List<String> classes =
                IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
        return new Dataset(NAME, pixels, labels, new int[] {SIDE, SIDE}, classes);
    }
}
