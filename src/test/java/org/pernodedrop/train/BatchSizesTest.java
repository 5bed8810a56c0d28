package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.nn.BatchNormalization;
import org.pernodedrop.nn.Conv2D;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.Flatten;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.MaxPool2D;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;

class BatchSizesTest {
    static final NetworkSpec NORMALIZED = Network.builder()
            .input(4)
            .add(Dense.units(5).build())
            .add(BatchNormalization.standard())
            .add(Dense.units(3).build())
            .describe();

    private static final NetworkSpec PLAIN =
            Network.builder().input(4).add(Dense.units(3).build()).describe();

    @ParameterizedTest
    @CsvSource({
        "10, 4, 4 4 2, 4 4 2",
        "9, 4, 4 4 1, 4 5",
        "5, 4, 4 1, 5",
        "4, 4, 4, 4",
        "3, 4, 3, 3",
        "8, 4, 4 4, 4 4",
        "2, 4, 2, 2",
        "3, 2, 2 1, 3",
        "1, 4, 1, 1",
        "4, 1, 1 1 1 1, 1 1 2",
        "13, 3, 3 3 3 3 1, 3 3 3 4"
    })
    void aLastSingleExampleJoinsTheBatchBeforeWhereItMust(int examples, int size, String plain, String joined) {
        check(new BatchSizes(examples, size, false), plain);
        check(new BatchSizes(examples, size, true), joined);
    }

    private static void check(BatchSizes sizes, String expected) {
        List<String> found = new ArrayList<>();
        int taken = 0;
        int largest = 0;
        for (int count = sizes.after(0); count > 0; count = sizes.after(taken)) {
            assertEquals(taken, sizes.before(found.size()));
            found.add(Integer.toString(count));
            taken += count;
            largest = Math.max(largest, count);
        }
        assertEquals(expected, String.join(" ", found));
        assertEquals(sizes.examples(), taken);
        assertEquals(found.size(), sizes.steps());
        assertEquals(largest, sizes.largest());
    }

    @Test
    void onlyNormalizedDenseInputsNeedSeveralSamples() {
        assertTrue(NORMALIZED.needsSeveralSamples());
        assertFalse(PLAIN.needsSeveralSamples());
        assertFalse(images(3).needsSeveralSamples(), "positions are values, too");
        assertTrue(images(2).needsSeveralSamples(), "images of one pixel have none");
        assertFalse(sequence(BatchNormalization.standard(), new Flatten()).needsSeveralSamples());
        assertTrue(sequence(new Flatten(), BatchNormalization.standard()).needsSeveralSamples());
    }

    private static NetworkSpec sequence(Layer first, Layer second) {
        return Network.builder()
                .input(6, 4)
                .add(first)
                .add(second)
                .add(Dense.units(3).build())
                .describe();
    }

    private static NetworkSpec images(int side) {
        return Network.builder()
                .input(side + 2, side + 2, 1)
                .add(Conv2D.filters(2).kernel(3).build())
                .add(MaxPool2D.of(side == 2 ? 2 : 1))
                .add(BatchNormalization.standard())
                .add(new Flatten())
                .add(Dense.units(3).build())
                .describe();
    }

    @Test
    void whatCannotBeTrainedIsRefused() {
        TrainingConfig four = TrainingConfig.builder().batchSize(4).build();
        TrainingConfig one = TrainingConfig.builder().batchSize(1).build();
        assertEquals(new BatchSizes(9, 4, true), BatchSizes.of(NORMALIZED, four, 9));
        String said = Refusal.message(IllegalArgumentException.class, () -> BatchSizes.of(NORMALIZED, four, 1));
        assertTrue(said.contains("at least 2 examples") && said.endsWith("batchSize=4, training examples=1"), said);
        said = Refusal.message(IllegalArgumentException.class, () -> BatchSizes.of(NORMALIZED, one, 9));
        assertTrue(said.endsWith("batchSize=1, training examples=9"), said);
        assertEquals(new BatchSizes(1, 1, false), BatchSizes.of(PLAIN, one, 1));
    }
}
