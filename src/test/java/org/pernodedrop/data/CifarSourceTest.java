package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.data.DataFiles.CIFAR_RECORD;
import static org.pernodedrop.data.DataFiles.assertRefused;
import static org.pernodedrop.data.DataFiles.cifar;
import static org.pernodedrop.data.DataFiles.gzip;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CifarSourceTest {
    private static final String NAMES = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

    @TempDir
    Path directory;

    private void write(String name, byte[] content) {
        DataFiles.write(directory.resolve(name), content);
    }

    private DataSource.Parts read() {
        return DataSource.parse("cifar10:" + directory, null).read();
    }

    @Test
    void readsTheBatchesInOrder() {
        write("data_batch_5.bin", cifar(13, 7));
        write("data_batch_2.bin.gz", gzip(cifar(0, 13)));
        write("test_batch.bin", cifar(100, 3));
        write("batches.meta.txt", NAMES.getBytes());
        DataSource.Parts parts = read();
        Dataset train = parts.train().all();
        assertEquals(20, train.examples());
        assertArrayEquals(new int[] {32, 32, 3}, train.exampleShape());
        assertEquals("truck", train.classNames().get(9));
        for (int row = 0; row < 20; row++) {
            assertEquals(row % 10, train.labels()[row]);
            for (int pixel : new int[] {0, 1, 33, 1023}) {
                for (int color = 0; color < 3; color++) {
                    // Planes by color in the file, channels last in the data set.
                    int inFile = color * 1024 + pixel;
                    assertEquals(((3 * row + inFile) & 0xFF) / 255f, train.features()[row * 3072 + pixel * 3 + color]);
                }
            }
        }
        Dataset test = parts.test().orElseThrow().all();
        assertArrayEquals(new int[] {0, 1, 2}, test.labels());
        assertEquals(train.classNames(), test.classNames());
    }

    @Test
    void loadsAndSplits() {
        write("data_batch_1.bin", cifar(0, 40));
        DataSplit split = DataSource.parse("cifar10:" + directory, null).load(7, 0.25, 0);
        assertEquals(30, split.train().examples());
        assertEquals(10, Arrays.stream(split.validation().labels()).distinct().count());
        assertEquals("9", split.train().classNames().get(9));
        assertTrue(split.test().isEmpty());
    }

    private static Stream<Arguments> damage() {
        byte[] batch = cifar(0, 3);
        byte[] badLabel = batch.clone();
        badLabel[2 * CIFAR_RECORD] = 10;
        return Stream.of(
                Arguments.of("data_batch_1.bin", new byte[0], "must not be empty"),
                Arguments.of("data_batch_1.bin", gzip(new byte[0]), "has 0 and 0 bytes"),
                Arguments.of("data_batch_2.bin", Arrays.copyOf(batch, batch.length - 1), "has 2 and 3072 bytes"),
                Arguments.of("data_batch_5.bin", badLabel, "label 10 of example 2 (byte 6146)"),
                Arguments.of("test_batch.bin", badLabel, "label 10 of example 2"),
                Arguments.of("data_batch_1.bin.gz", batch, "whole gzip file"),
                Arguments.of("batches.meta.txt", "cat\ndog\n".getBytes(), "class names must be 10, one a line: 2"),
                Arguments.of("batches.meta.txt", NAMES.replace("cat", "dog").getBytes(), "class names must differ"));
    }

    @ParameterizedTest
    @MethodSource("damage")
    void refusesDamagedFiles(String name, byte[] content, String part) {
        write("data_batch_3.bin", cifar(0, 10));
        write(name, content);
        assertRefused(this::read, part, name);
    }

    @Test
    void refusesADirectoryWithoutBatches() {
        assertRefused(this::read, "data_batch_1.bin (or .gz) not found");
        assertRefused(
                () -> DataSource.parse("cifar10:" + directory + "/no", null).read(), "does not exist");
    }
}
