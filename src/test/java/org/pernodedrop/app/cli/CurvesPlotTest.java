package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.app.report.CurvesImage;
import org.pernodedrop.train.DrawingMachine;
import org.pernodedrop.train.EpochMetrics;
import org.pernodedrop.train.TrainingResult;

class CurvesPlotTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 207})
    void curvesAreAnImageWithCurves(int epochs) throws IOException {
        DrawingMachine.require();
        Path file = directory.resolve("curves.png");
        List<EpochMetrics> metrics = IntStream.rangeClosed(1, epochs)
                .mapToObj(number ->
                        new EpochMetrics(number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25))
                .toList();
        TrainingResult result = new TrainingResult(metrics, false);
        assertEquals(Optional.empty(), CurvesPlot.write(file, Map.of("pernodedrop", result)));
        BufferedImage image = ImageIO.read(file.toFile());
        assertEquals(CurvesImage.WIDTH, image.getWidth());
        assertEquals(CurvesImage.HEIGHT, image.getHeight());
        long blue = IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(k -> image.getRGB(k % image.getWidth(), k / image.getWidth()) == 0xFF0072B2)
                .count();
        assertNotEquals(0, blue);
        assertEquals(1, directory.toFile().list().length);
    }
}
