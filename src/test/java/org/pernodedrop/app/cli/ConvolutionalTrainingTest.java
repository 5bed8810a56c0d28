package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The convolutional network of the method's author, on small generated files in CIFAR-10's format. */
@Tag("thorough")
class ConvolutionalTrainingTest {
    private static final int EXAMPLES = 60;

    @TempDir
    private Path folder;

    // Each class has its own brightness in one color, so that there is something to learn.
    private void writeImages() throws IOException {
        byte[] batch = new byte[EXAMPLES * 3073];
        for (int example = 0; example < EXAMPLES; example++) {
            int label = example % 10;
            int start = example * 3073;
            batch[start] = (byte) label;
            for (int k = 0; k < 3072; k++) {
                int shade = k / 1024 == label % 3 ? 20 * label : 100;
                batch[start + 1 + k] = (byte) (shade + (example * 31 + k * 7) % 13);
            }
        }
        Files.write(folder.resolve("data_batch_1.bin"), batch);
        Files.write(folder.resolve("test_batch.bin"), batch);
    }

    @Test
    void theNotebooksNetworkTrainsResumesAndIsReported() throws IOException {
        writeImages();
        String settings = "train --network cnn:notebook --drop-rate 0.6 --learning-rate 1e-4 --batch-size 16 --no-twin";
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        String data = "cifar10:" + folder;
        Program.fine(settings + " --data", data, "--epochs", "2", "--out", whole);
        Program.fine(settings + " --data", data, "--epochs", "1", "--out", parts);
        Program.fine("train --resume " + parts + " --epochs 2");
        ResumeTest.assertSameRuns(whole, parts, false);

        JsonNode report = Program.report(whole);
        JsonNode network = report.get("networks").get(0);
        assertEquals("Conv2D 32 3x3 same relu", network.get("layers").get(0).asText());
        assertEquals("PerNodeDropDense 256 relu", network.get("layers").get(7).asText());
        // 896 + 9,248 + 18,496 + 36,928 of the convolutions, 2304 x 256 + 256, 2,570.
        assertEquals(658_218, network.get("parameters").asLong());
    }

    @Test
    void imagesThatAreTooSmallAreRefused() {
        Program.runLine("train --network cnn:notebook --data digits --out " + folder.resolve("run"))
                .assertFailure("a window must not be larger than the image");
    }

    @Test
    void tablesAreNoImages() {
        Program program = Program.runLine("train --network cnn:notebook --data vowel --out " + folder.resolve("run"));
        program.assertFailure("takes images", "mlp:");
        assertTrue(Files.notExists(folder.resolve("run")));
    }
}
