package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistLikeFilesTest {
    @TempDir
    private Path directory;

    @Test
    void imagesHaveTheSizeOfMnistAndInk() throws IOException {
        MnistLikeFiles.write(directory, 207);
        Dataset images =
                DataSource.parse("idx:" + directory, null).load(1, 1.0 / 207, 0).train();
        // One of each class is kept for validation.
        assertEquals(197, images.examples());
        assertArrayEquals(new int[] {28, 28}, images.exampleShape());
        assertEquals(10, IntStream.of(images.labels()).distinct().count());
        for (int k = 0; k < images.examples(); k++) {
            int inked = 0;
            for (int j = 0; j < 28 * 28; j++) {
                inked += images.features()[k * 28 * 28 + j] > 0 ? 1 : 0;
            }
            // Of 64 pixels of a digit at least 13 have ink, each of them nine here.
            assertEquals(0, inked % 9);
            assertEquals(true, inked >= 9 * 13, "image " + k + " has only " + inked + " pixels with ink");
        }
    }
}
