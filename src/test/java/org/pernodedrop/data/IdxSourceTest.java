package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.data.DataFiles.assertRefused;
import static org.pernodedrop.data.DataFiles.gzip;
import static org.pernodedrop.data.DataFiles.idx;
import static org.pernodedrop.data.DataFiles.images;
import static org.pernodedrop.data.DataFiles.labels;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxSourceTest {
    private static final String IMAGES = "train-images-idx3-ubyte";
    private static final String LABELS = "train-labels-idx1-ubyte";
    private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

    @TempDir
    Path directory;

    @BeforeEach
    void wholeSet() {
        write(IMAGES, images(40));
        write(LABELS, labels(40, 4));
    }

    private void write(String name, byte[] content) {
        DataFiles.write(directory.resolve(name), content);
    }

    private DataSource.Parts read() {
        return DataSource.parse("idx:" + directory, null).read();
    }

    @Test
    void readsImagesAndLabels() {
        Dataset train = read().train().all();
        assertEquals(40, train.examples());
        assertArrayEquals(new int[] {2, 3}, train.exampleShape());
        assertEquals(10, train.classes());
        assertEquals(3, train.labels()[39]);
        assertEquals(7 / 255f, train.features()[6]);
        // 7 * 39 + 5 = 278, as a byte 22.
        assertEquals(22 / 255f, train.features()[239]);
        assertTrue(read().test().isEmpty());
    }

    @Test
    void pixelsAreUnsignedAndScaled() {
        write(IMAGES, idx(0x803, new int[] {40, 1, 2}, pattern(80, 0, 255)));
        float[] features = read().train().all().features();
        assertArrayEquals(new float[] {0, 1, 0, 1}, Arrays.copyOf(features, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-idx", ".idx"})
    void readsPlainAndGzipUnderEitherName(String separator, @TempDir Path other) {
        for (String name : new String[] {IMAGES, LABELS, TEST_IMAGES, TEST_LABELS}) {
            byte[] content = name.contains("images") ? images(40) : labels(40, 4);
            String renamed = name.replace("-idx", separator);
            boolean compressed = name.startsWith("train");
            DataFiles.write(
                    other.resolve(compressed ? renamed + ".gz" : renamed), compressed ? gzip(content) : content);
        }
        DataSource.Parts parts = DataSource.parse("idx:" + other, null).read();
        Dataset expected = read().train().all();
        for (Examples part : new Examples[] {parts.train(), parts.test().orElseThrow()}) {
            assertArrayEquals(expected.features(), part.all().features());
            assertArrayEquals(expected.labels(), part.labels());
        }
    }

    @Test
    void gzipIsRecognisedWithoutItsSuffix() {
        write(LABELS, gzip(labels(40, 4)));
        assertEquals(3, read().train().labels()[3]);
    }

    @Test
    void moreThanTenClassesMayLeaveNoGap() {
        byte[] letters = labels(40, 20);
        for (int j = 8; j < letters.length; j++) {
            letters[j]++;
        }
        write(LABELS, letters);
        assertEquals(21, read().train().classNames().size());
        letters[8 + 7]++;
        write(LABELS, letters);
        assertRefused(this::read, "label 10 of example 9 (byte 17)", LABELS, "[0, 9]");
    }

    @Test
    void loadsTheTestPartWhole() {
        write(TEST_IMAGES, images(13));
        write(TEST_LABELS, labels(13, 4));
        DataSplit split = DataSource.parse("idx:" + directory, null).load(1, 0.25, 20);
        assertEquals(20, split.train().examples() + split.validation().examples());
        assertEquals(13, split.test().orElseThrow().examples());
        assertArrayEquals(
                Arrays.copyOfRange(labels(13, 4), 8, 21),
                bytes(split.test().orElseThrow().labels()));
    }

    private static Stream<Arguments> damage() {
        byte[] images = images(40);
        byte[] labels = labels(40, 4);
        byte[] badLabel = labels.clone();
        badLabel[8 + 5] = (byte) 200;
        return Stream.of(
                Arguments.of(IMAGES, new byte[0], "must not be empty"),
                Arguments.of(IMAGES, new byte[] {0}, "16 bytes of header"),
                Arguments.of(IMAGES, Arrays.copyOf(images, 15), "16 bytes of header"),
                Arguments.of(IMAGES, Arrays.copyOf(images, 16), "truncated, it has 0"),
                Arguments.of(IMAGES, Arrays.copyOf(images, images.length - 1), "240 bytes after the header"),
                Arguments.of(IMAGES, Arrays.copyOf(images, images.length + 1), "goes on"),
                Arguments.of(IMAGES, labels, "0x00000803: 0x00000801"),
                Arguments.of(IMAGES, "hello, world, hello".getBytes(), "magic number 0x00000803"),
                Arguments.of(IMAGES, idx(0x803, new int[] {0, 2, 3}, new byte[0]), "size 0 at byte 4"),
                Arguments.of(IMAGES, idx(0x803, new int[] {40, 0, 3}, new byte[0]), "size 0 at byte 8"),
                Arguments.of(IMAGES, idx(0x803, new int[] {-1, 2, 3}, new byte[9]), "size 4294967295 at byte 4"),
                Arguments.of(IMAGES, idx(0x803, new int[] {65536, 65536, 1}, new byte[9]), "size 65536 at byte 8"),
                // Must fail for lack of bytes, not of memory.
                Arguments.of(IMAGES, idx(0x803, new int[] {2147483, 10, 100}, new byte[9]), "truncated, it has 9"),
                Arguments.of(IMAGES, gzip(idx(0x803, new int[] {2147483, 10, 99}, new byte[9])), "it has 9"),
                Arguments.of(IMAGES, Arrays.copyOf(gzip(images), 40), "whole gzip file"),
                Arguments.of(IMAGES, Arrays.copyOf(gzip(images), gzip(images).length - 3), "whole gzip file"),
                Arguments.of(IMAGES, flipped(gzip(images)), "whole gzip file"),
                Arguments.of(IMAGES, images(39), "40 labels in"),
                Arguments.of(LABELS, labels(41, 4), "41 labels in"),
                Arguments.of(LABELS, images, "0x00000801: 0x00000803"),
                Arguments.of(LABELS, Arrays.copyOf(labels, 9), "40 bytes after the header"),
                Arguments.of(LABELS, badLabel, "label 200 of example 5 (byte 13)"));
    }

    @ParameterizedTest
    @MethodSource("damage")
    void refusesDamagedFiles(String name, byte[] content, String part) {
        write(name, content);
        assertRefused(this::read, part, name);
    }

    @Test
    void refusesAPlainFileNamedGz(@TempDir Path other) {
        DataFiles.write(other.resolve(IMAGES), images(4));
        DataFiles.write(other.resolve(LABELS + ".gz"), labels(4, 2));
        assertRefused(() -> DataSource.parse("idx:" + other, null).read(), LABELS + ".gz", "whole gzip file");
    }

    @Test
    void refusesMissingFilesAndDirectories(@TempDir Path other) {
        assertRefused(
                () -> DataSource.parse("idx:" + other, null).read(),
                other.resolve(LABELS).toString(),
                "not found",
                "directory");
        DataFiles.write(other.resolve(LABELS), labels(4, 2));
        assertRefused(() -> DataSource.parse("idx:" + other, null).read(), IMAGES, "not found");
        assertRefused(() -> DataSource.parse("idx:" + other + "/nowhere", null).read(), "nowhere does not exist");
        assertRefused(
                () -> DataSource.parse("idx:" + other.resolve(LABELS), null).read(), LABELS + " is a file");
        assertFalse(other.resolve(IMAGES).toFile().exists());
        assertTrue(other.resolve(IMAGES).toFile().mkdir());
        assertRefused(() -> DataSource.parse("idx:" + other, null).read(), IMAGES, "must not be a directory");
    }

    @Test
    void refusesATestPartThatDoesNotFit() {
        write(TEST_IMAGES, images(5));
        assertRefused(this::read, TEST_LABELS, "not found");
        write(TEST_LABELS, labels(5, 4));
        write(TEST_IMAGES, idx(0x803, new int[] {5, 3, 2}, new byte[30]));
        assertRefused(this::read, "2 x 3: 3 x 2", TEST_IMAGES);
        write(TEST_IMAGES, images(5));
        byte[] labels = labels(5, 4);
        labels[8 + 4] = 10;
        write(TEST_LABELS, labels);
        assertRefused(this::read, "label 10 of example 4 (byte 12)", TEST_LABELS);
    }

    private static byte[] pattern(int length, int... values) {
        byte[] pattern = new byte[length];
        for (int j = 0; j < length; j++) {
            pattern[j] = (byte) values[j % values.length];
        }
        return pattern;
    }

    private static byte[] bytes(int[] values) {
        return pattern(values.length, values);
    }

    private static byte[] flipped(byte[] content) {
        byte[] flipped = content.clone();
        // In the checksum.
        flipped[flipped.length - 6] ^= 1;
        return flipped;
    }

    @Test
    void mnistLikeImagesHaveTheSizeOfMnistAndInk() throws IOException {
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
            // At least 13 of a digit's 64 pixels have ink; each becomes nine pixels here.
            assertEquals(0, inked % 9);
            assertEquals(true, inked >= 9 * 13, "image " + k + " has only " + inked + " pixels with ink");
        }
    }
}
