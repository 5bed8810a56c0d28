package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.train.Architecture;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.TrainingConfig;

class TrainingBenchmarkTest {
    private static final Dataset DATA = TrainingBenchmark.SyntheticData.of(50);
    private static final TrainingConfig TRAINING =
            TrainingConfig.builder().batchSize(16).build();

    private final List<String> notices = new ArrayList<>();

    private static ModelConfig model(Regularizer regularizer) {
        return ModelConfig.standard().withArchitecture(Architecture.mlp(8)).with(regularizer);
    }

    @Test
    void networksTakeTurnsAfterAnEpochThatWarmsUp() {
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            List<TrainingRow> rows = new TrainingBenchmark(backend, Rows.run(), false, notices::add)
                    .run(DATA, List.of(model(Regularizer.NONE), model(Regularizer.PERNODEDROP)), TRAINING);
            assertEquals(
                    List.of("none", "pernodedrop"),
                    rows.stream().map(row -> row.regularization().regularizer()).toList());
            for (TrainingRow row : rows) {
                assertEquals(50, row.trainedOn().examples());
                assertEquals(784, row.trainedOn().features());
                assertEquals("mlp:8", row.network());
                assertEquals(16, row.batchSize());
                assertTrue(row.repetitions() >= TrainingBenchmark.MIN_EPOCHS);
                assertTrue(row.samplesPerSecond() > 0);
            }
            assertNull(rows.get(0).regularization().dropRate());
            assertEquals(0.3, rows.get(1).regularization().dropRate());
            // Steps of 16 and of 2.
            assertEquals(4, backend.graphs());
            assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
        }
        assertEquals(List.of(), notices);
    }

    @Test
    void whatHasNoRoomIsLeftOut() {
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            // The data's own two buffers find room.
            backend.limitAllocations(2);
            List<TrainingRow> rows = new TrainingBenchmark(backend, Rows.run(), false, notices::add)
                    .run(DATA, List.of(model(Regularizer.NONE)), TRAINING);
            assertEquals(List.of(), rows);
        }
        assertEquals(1, notices.size(), notices.toString());
        assertTrue(notices.get(0).startsWith("none is left out: nothing is left"), notices.get(0));
    }

    @Test
    void syntheticImagesAreTheSameEveryTime() {
        assertEquals(50, DATA.examples());
        assertEquals(10, DATA.classes());
        Dataset more = TrainingBenchmark.SyntheticData.of(60);
        for (int j = 0; j < DATA.features().length; j++) {
            assertEquals(DATA.features()[j], more.features()[j]);
        }
    }
}
