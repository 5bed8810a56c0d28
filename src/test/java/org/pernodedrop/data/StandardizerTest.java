package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.pernodedrop.Refusal;

class StandardizerTest {
    private static Dataset table(int columns, float... features) {
        return data(new int[] {columns}, features);
    }

    private static Dataset data(int[] shape, float... features) {
        int examples = features.length / Dataset.product(shape);
        return new Dataset("t", features, new int[examples], shape, List.of("a", "b"));
    }

    @Property(tries = 100, seed = "1")
    void theFittedPartGetsMeanZeroAndDeviationOne(
            @ForAll @IntRange(min = 2, max = 207) int examples,
            @ForAll @IntRange(min = 1, max = 13) int columns,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] features = new float[examples * columns];
        for (int j = 0; j < features.length; j++) {
            features[j] = (float) ((random.nextGaussian() + j % columns) * Math.pow(10, j % columns - 6));
        }
        Dataset data = table(columns, features);
        Standardizer.fit(data).apply(data);
        for (int column = 0; column < columns; column++) {
            double sum = 0;
            double squares = 0;
            for (int row = 0; row < examples; row++) {
                sum += features[row * columns + column];
                squares += Math.pow(features[row * columns + column], 2);
            }
            assertEquals(0, sum / examples, 1e-6);
            assertEquals(1, squares / examples, 1e-5);
        }
    }

    @Test
    void computesByHand() {
        Dataset data = table(2, 1, 10, 3, 10, 5, 40, 7, 40);
        Standardizer standardizer = Standardizer.fit(data);
        assertArrayEquals(new double[] {4, 25}, standardizer.mean());
        assertArrayEquals(new double[] {Math.sqrt(5), 15}, standardizer.deviation(), 1e-15);
        Dataset other = table(2, 4, 55);
        standardizer.apply(other);
        assertArrayEquals(new float[] {0, 2}, other.features());
    }

    @Test
    void aConstantFeatureIsOnlyShifted() {
        float[] constant = new float[100_003];
        Arrays.fill(constant, 0.1f);
        Dataset data = table(1, constant);
        Standardizer standardizer = Standardizer.fit(data);
        standardizer.apply(data);
        assertArrayEquals(new float[100_003], data.features());
        Dataset other = table(1, 2.1f);
        standardizer.apply(other);
        assertEquals(2, other.features()[0], 1e-6);
    }

    @Test
    void aPixelThatIsHardlyLitIsNotBlownUp() {
        float[] features = new float[200];
        for (int row = 0; row < 100; row++) {
            features[2 * row] = row % 2;
        }
        features[1] = 0.01f;
        Standardizer images = Standardizer.fit(data(new int[] {1, 2}, features));
        // Deviations 0.5 and 0.000995: root mean square 0.3536, a quarter of it 0.0884.
        assertArrayEquals(new double[] {0.5, Math.sqrt((0.25 + 9.9e-7) / 2) / 4}, images.deviation(), 1e-9);
        Standardizer table = Standardizer.fit(data(new int[] {2}, features));
        assertArrayEquals(new double[] {0.5, 0.01 * Math.sqrt(0.01 * 0.99)}, table.deviation(), 1e-9);
    }

    @Test
    void aSplitIsStandardizedByItsTrainingPart() {
        DataSplit split = new DataSplit(table(1, 1, 3), table(1, 5), Optional.of(table(1, -1)));
        split.standardize();
        assertArrayEquals(new float[] {-1, 1}, split.train().features());
        assertArrayEquals(new float[] {3}, split.validation().features());
        assertArrayEquals(new float[] {-3}, split.test().orElseThrow().features());
        new DataSplit(table(1, 1, 3), table(1, 5), Optional.empty()).standardize();
    }

    @Test
    void refusesOverflowAndOtherWidths() {
        Standardizer standardizer = Standardizer.fit(table(1, 0, 1e-30f));
        DataFiles.assertRefused(() -> standardizer.apply(table(1, 0, 3e38f)), "t, feature 0", "3.0E38", "rescale");
        float[] rows = {3e38f, 0, -3e38f};
        standardizer.scale(rows);
        assertArrayEquals(new float[] {Float.POSITIVE_INFINITY, -1, Float.NEGATIVE_INFINITY}, rows);
        Refusal.contains(IllegalArgumentException.class, "features=2", () -> standardizer.apply(table(2, 1, 2)));
    }
}
