package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;
import org.pernodedrop.data.TableColumns;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.model.Safetensors;
import org.pernodedrop.train.TrainingState.EpochRows;

/** Files of runs with very many columns or epochs can be read again. */
class LargeRunTest {
    private static final int COLUMNS = 600_000;
    private static final int EPOCHS = 200_000;

    @TempDir
    private Path folder;

    private static EpochMetrics epoch(int number) {
        double value = Math.sqrt(number);
        return new EpochMetrics(number, -value, value / 3, 1 / value, value * 1e-300, 1e300 / value, value / 7);
    }

    private static TrainingState state(int epochs) {
        return new TrainingState(
                TrainingConfig.builder().epochs(epochs).build(),
                IntStream.rangeClosed(1, epochs).mapToObj(LargeRunTest::epoch).toList());
    }

    private static TrainedData data(int columns) {
        return new TrainedData(
                "csv:/data.csv",
                null,
                new TrainedData.Split(0.2, 0, 42),
                "checksum",
                100,
                List.of(columns),
                List.of("a", "b"),
                new TrainedData.Scaling(
                        Collections.nCopies(columns, 12345.678901234567),
                        Collections.nCopies(columns, 1.2345678901234567e-10)),
                new TableColumns(
                        true,
                        IntStream.range(0, columns).mapToObj(k -> "column " + k).toList(),
                        "label"));
    }

    private SavedRun.Facts written(SavedRun.Facts facts) throws IOException {
        Path file = folder.resolve("run.safetensors");
        new Safetensors(facts.toMetadata(), Map.of()).write(file);
        assertTrue(Files.size(file) > 20_000_000, "beyond Jackson's own limit");
        return SavedRun.Facts.read(file, Safetensors.read(file).metadata());
    }

    @Test
    void manyColumnsAreReadAgain() throws IOException {
        SavedRun.Facts facts =
                new SavedRun.Facts(state(2), data(COLUMNS), List.of("--epochs", "2"), "cpu", false, null);
        assertEquals(facts, written(facts));
    }

    @Test
    @Tag("thorough")
    void manyEpochsAreReadAgain() throws IOException {
        SavedRun.Facts facts = new SavedRun.Facts(state(EPOCHS), data(3), List.of(), "cpu", false, "in epoch 200001");
        assertEquals(facts, written(facts));
    }

    @Test
    void moreThanAFileHoldsIsRefusedBeforeItIsWritten() {
        Path file = folder.resolve("run.safetensors");
        Safetensors content = new Safetensors(Map.of("data", "x".repeat(JsonText.MAX_LENGTH)), Map.of());
        Refusal.starts(
                IllegalArgumentException.class,
                "names and metadata must take at most 100000000 bytes",
                () -> content.write(file));
        assertTrue(Files.notExists(file));
    }

    /** The promised number of epochs fits, however long their numbers are. */
    @Test
    void theRoomIsThere() {
        EpochMetrics longest = new EpochMetrics(
                1,
                -1.2345678901234567e-308,
                -1.2345678901234567e-308,
                -1.2345678901234567e-308,
                -1.2345678901234567e-308,
                -1.2345678901234567e-308,
                -1.2345678901234567e-308);
        assertTrue(EpochRows.write(List.of(longest)).toString().length() <= EpochRows.MAX_ROW_LENGTH);
        assertTrue(RunCheckpoints.moreEpochs(2_000) > 500_000);
        assertEquals(0, RunCheckpoints.moreEpochs(JsonText.MAX_LENGTH));
    }

    /** The format of earlier versions, with named numbers. */
    @Test
    void namedNumbersAreRead() throws IOException {
        String config = state(1).toJson();
        String named = config.substring(0, config.indexOf("\"epochs\":["))
                + "\"epochs\":[{\"epoch\":1,\"running_loss\":0.5,\"train_loss\":0.25,\"train_accuracy\":0.75,"
                + "\"validation_loss\":1.5,\"validation_accuracy\":0.625,\"seconds\":0.125}]}";
        assertEquals(
                List.of(new EpochMetrics(1, 0.5, 0.25, 0.75, 1.5, 0.625, 0.125)),
                TrainingState.fromJson(named).epochs());
    }

    @Test
    void damagedEpochsAreRefused() {
        String whole = state(1).toJson();
        String before = whole.substring(0, whole.indexOf("\"epochs\":["));
        for (String epochs : List.of("[[1,2,3,4,5]]", "[[1,2,3,4,5,\"6\"]]", "[1]", "{}", "null", "[null]")) {
            Refusal.starts(
                    ModelFileException.class,
                    "the saved state of ",
                    () -> TrainingState.fromJson(before + "\"epochs\":" + epochs + "}"));
        }
        for (String text : List.of("{}", "[]", "null", before + "\"epochs\":[],\"more\":1}")) {
            assertThrows(ModelFileException.class, () -> TrainingState.fromJson(text));
        }
    }
}
