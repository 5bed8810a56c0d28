package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;

class NpyFileTest {
    @TempDir
    Path directory;

    @Test
    void bytesAreThoseThatNumpyWrites() throws IOException {
        Path file = directory.resolve("a.npy");
        write(file, new float[] {1, -2.5f, 0, 3, 1e-20f, Float.NaN}, 6, 2, 3);
        byte[] bytes = Files.readAllBytes(file);
        assertEquals(128 + 24, bytes.length);
        String header = new String(bytes, 0, 128, StandardCharsets.ISO_8859_1);
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        assertEquals(
                "\u0093NUMPY\u0001\u0000\u0076\u0000" + dictionary + " ".repeat(117 - dictionary.length()) + "\n",
                header);
        // 1 and -2.5 as little-endian float32.
        assertArrayEquals(
                new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0, 0x20, (byte) 0xC0}, Arrays.copyOfRange(bytes, 128, 136));
    }

    @Test
    void everyShapeIsReadBack() throws IOException {
        long[][] shapes = {
            {1}, {207}, {1, 1}, {13, 207}, {3, 5, 7}, {1, 2, 1, 2, 1, 2}, {70_001}, {1, 1, 1, 1, 1, 1, 1, 1}
        };
        for (long[] shape : shapes) {
            float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            for (int j = 0; j < values.length; j++) {
                values[j] = j * 0.37f - 5;
            }
            for (int piece : new int[] {1, 13, 16_384, values.length}) {
                Path file = directory.resolve("shape.npy");
                write(file, values, piece, shape);
                NpyArray array = NpyArray.read(file);
                assertArrayEquals(shape, array.shape());
                assertArrayEquals(values, array.values());
            }
        }
        assertEquals(List.of("shape.npy"), names());
    }

    @Test
    void nothingIsLeftWithoutCommit() throws IOException {
        Path file = directory.resolve("a.npy");
        try (NpyFile npy = NpyFile.create(file, 2)) {
            npy.write(new float[2], 0, 2);
            assertTrue(Files.notExists(file));
        }
        assertEquals(List.of(), names());
    }

    @Test
    void anEarlierFileStaysUntilCommit() throws IOException {
        Path file = directory.resolve("a.npy");
        Files.writeString(file, "precious");
        try (NpyFile npy = NpyFile.create(file, 2)) {
            npy.write(new float[1], 0, 1);
            Refusal.says(
                    IllegalStateException.class,
                    "values must fill the shape before commit: values=1, shape holds=2",
                    npy::commit);
        }
        assertEquals("precious", Files.readString(file));
        write(file, new float[] {7}, 1, 1);
        assertArrayEquals(new float[] {7}, NpyArray.read(file).values());
        assertEquals(List.of("a.npy"), names());
    }

    @Test
    void refusesMoreValuesThanTheShapeHolds() throws IOException {
        try (NpyFile npy = NpyFile.create(directory.resolve("a.npy"), 3)) {
            npy.write(new float[3], 0, 2);
            Refusal.says(
                    IllegalArgumentException.class,
                    "values must not be more than the shape holds: values=4, shape holds=3",
                    () -> npy.write(new float[3], 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> npy.write(new float[3], 3, 1));
        }
        assertEquals(List.of(), names());
    }

    @Test
    void refusesImpossibleShapes() throws IOException {
        Path file = directory.resolve("a.npy");
        assertRefused("shape must have 1 to 32 dimensions: shape=[]", file);
        assertRefused("dimensions must be at least 1: shape=[3, 0]", file, 3, 0);
        assertRefused("dimensions must be at least 1: shape=[-1]", file, -1);
        long big = 1L << 31;
        assertRefused(
                "the product of the dimensions must be below 2^61: shape=[2147483648, 2147483648]", file, big, big);
        assertThrows(IllegalArgumentException.class, () -> NpyFile.create(file, new long[33]));
        assertEquals(List.of(), names());
    }

    @Test
    void refusesTargetsThatCannotBeWritten() throws IOException {
        Path missing = directory.resolve("no/such/a.npy");
        IOException e = assertThrows(IOException.class, () -> NpyFile.create(missing, 1));
        assertEquals(
                "cannot write " + missing + ": its directory does not exist: " + missing.getParent(), e.getMessage());

        e = assertThrows(IOException.class, () -> NpyFile.create(directory, 1));
        assertEquals("cannot write " + directory + ": it is a directory or a device; name a file", e.getMessage());

        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThrows(IOException.class, () -> NpyFile.create(file.resolve("a.npy"), 1));
        assertEquals("precious", Files.readString(file));

        // A name so long that the temporary file's name exceeds the limit.
        Path longName = directory.resolve("n".repeat(250));
        Refusal.starts(
                IOException.class,
                "cannot write " + longName + ": no file can be created in ",
                () -> NpyFile.create(longName, 1));
        assertEquals(List.of("file"), names());
    }

    @Test
    void reportsATargetThatBecameADirectory() throws IOException {
        Path file = directory.resolve("a.npy");
        try (NpyFile npy = NpyFile.create(file, 1)) {
            npy.write(new float[1], 0, 1);
            Files.createDirectories(file.resolve("child"));
            Refusal.starts(
                    IOException.class, "cannot write " + file + ": moving the finished file there failed", npy::commit);
        }
        assertEquals(List.of("a.npy"), names());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void replacesTheFileBehindALink() throws IOException {
        Path file = Files.writeString(directory.resolve("file.npy"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.npy"), file);
        write(link, new float[] {7}, 1, 1);
        assertTrue(Files.isSymbolicLink(link));
        assertArrayEquals(new float[] {7}, NpyArray.read(file).values());
    }

    private static void write(Path file, float[] values, int piece, long... shape) throws IOException {
        try (NpyFile npy = NpyFile.create(file, shape)) {
            for (int j = 0; j < values.length; j += piece) {
                npy.write(values, j, Math.min(piece, values.length - j));
            }
            npy.commit();
        }
    }

    private static void assertRefused(String message, Path file, long... shape) {
        Refusal.says(IllegalArgumentException.class, message, () -> NpyFile.create(file, shape));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
