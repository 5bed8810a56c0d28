package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a run, one by one. */
class RunFilesTest {
    @TempDir
    private Path directory;

    private static EpochMetrics epoch(int number) {
        return new EpochMetrics(number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void metricsAreWholeAfterEveryEpoch() throws IOException {
        Path file = directory.resolve("metrics.csv");
        MetricsCsv metrics = new MetricsCsv(file, List.of());
        assertEquals(List.of(MetricsCsv.HEADER), Files.readAllLines(file));
        for (int number = 1; number <= 13; number++) {
            metrics.finished(epoch(number));
            List<String> lines = Files.readAllLines(file);
            assertEquals(number + 1, lines.size());
            assertEquals(List.of("metrics.csv"), names());
            double[] values = Arrays.stream(lines.get(number).split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            assertArrayEquals(
                    new double[] {number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25}, values);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 207})
    void curvesAreAnImageWithCurves(int epochs) throws IOException {
        DrawingMachine.require();
        Path file = directory.resolve("curves.png");
        List<EpochMetrics> metrics =
                IntStream.rangeClosed(1, epochs).mapToObj(RunFilesTest::epoch).toList();
        TrainingResult result = new TrainingResult(metrics, false);
        assertEquals(Optional.empty(), CurvesPlot.write(file, Map.of("pernodedrop", result)));
        BufferedImage image = ImageIO.read(file.toFile());
        assertEquals(CurvesPlot.WIDTH, image.getWidth());
        assertEquals(CurvesPlot.HEIGHT, image.getHeight());
        long blue = IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(k -> image.getRGB(k % image.getWidth(), k / image.getWidth()) == 0xFF0072B2)
                .count();
        assertNotEquals(0, blue);
        assertEquals(List.of("curves.png"), names());
    }

    @Test
    void directoryIsMadeAndCleared() throws IOException {
        RunDirectory run = RunDirectory.open(directory.resolve("a/b"));
        for (Path file : List.of(run.metrics(false), run.metrics(true), run.curves(), run.report())) {
            Files.writeString(file, "old");
        }
        Path other = Files.writeString(run.path().resolve("notes.txt"), "mine");
        RunDirectory.open(run.path()).clear();
        try (Stream<Path> files = Files.list(run.path())) {
            assertEquals(List.of(other), files.toList());
        }
    }

    @Test
    void directoryWithoutFilesGoesAgainIfItWasMade() throws IOException {
        RunDirectory made = RunDirectory.open(directory.resolve("made"));
        made.removeIfUnused();
        made.removeIfUnused();
        assertEquals(List.of(), names());
        Files.writeString(RunDirectory.open(made.path()).report(), "mine");
        made.removeIfUnused();
        RunDirectory.open(Files.createDirectory(directory.resolve("empty"))).removeIfUnused();
        assertEquals(List.of("empty", "made"), names());
        assertEquals("mine", Files.readString(made.report()));
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("taken"), "mine");
        String start = assertThrows(UncheckedIOException.class, () -> RunDirectory.open(file))
                .getMessage();
        assertEquals("out is a file: out=" + file + "; name a directory that can be written to by --out", start);
        String below = assertThrows(UncheckedIOException.class, () -> RunDirectory.open(file.resolve("runs")))
                .getMessage();
        assertTrue(below.startsWith("out cannot be written to: out=" + file.resolve("runs")), below);
        assertEquals("mine", Files.readString(file));
    }

    @Test
    void refusesToClearWhatIsNotItsOwn() throws IOException {
        RunDirectory run = RunDirectory.open(directory);
        Files.writeString(Files.createDirectory(run.report()).resolve("x"), "mine");
        String message = assertThrows(UncheckedIOException.class, run::clear).getMessage();
        assertTrue(message.startsWith("out holds something that cannot be replaced: "), message);
    }

    @Test
    void failedWriteLeavesNothingBehind() throws IOException {
        Path target = Files.createDirectory(directory.resolve("metrics.csv"));
        Files.writeString(target.resolve("x"), "mine");
        String message = assertThrows(UncheckedIOException.class, () -> new MetricsCsv(target, List.of()))
                .getMessage();
        assertTrue(message.startsWith("cannot write " + target), message);
        assertEquals(List.of("metrics.csv"), names());
    }

    @Test
    void withoutATerminalProgressIsALineNowAndThen() {
        List<String> lines = new ArrayList<>();
        try (ProgressDisplay display = new ProgressDisplay("none", 25, 0, 4, false, lines::add)) {
            for (int number = 1; number <= 25; number++) {
                display.stepped();
                display.finished(epoch(number));
            }
        }
        assertEquals(14, lines.size(), lines.toString());
        assertEquals(
                "none: epoch 1 of 25, train loss 0.5000, validation loss 0.7000, validation accuracy 0.3333",
                lines.get(0));
        assertTrue(lines.get(13).startsWith("none: epoch 25 of 25, "), lines.get(13));
    }
}
