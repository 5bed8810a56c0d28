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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.FileNames;
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
        assertEquals(List.of("shape.npy"), FileNames.in(directory));
    }

    @Test
    void nothingIsLeftWithoutCommit() throws IOException {
        Path file = directory.resolve("a.npy");
        try (NpyFile npy = NpyFile.create(file, 2)) {
            npy.write(new float[2], 0, 2);
            assertTrue(Files.notExists(file));
        }
        assertEquals(List.of(), FileNames.in(directory));
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
        assertEquals(List.of("a.npy"), FileNames.in(directory));
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
        assertEquals(List.of(), FileNames.in(directory));
    }

    @Test
    void refusesImpossibleShapesAndTargets() throws IOException {
        Path file = directory.resolve("a.npy");
        assertRefused("shape must have 1 to 32 dimensions: shape=[]", file);
        assertRefused("dimensions must be at least 1: shape=[3, 0]", file, 3, 0);
        assertRefused("dimensions must be at least 1: shape=[-1]", file, -1);
        long big = 1L << 31;
        assertRefused(
                "the product of the dimensions must be below 2^61: shape=[2147483648, 2147483648]", file, big, big);
        assertThrows(IllegalArgumentException.class, () -> NpyFile.create(file, new long[33]));
        Refusal.starts(IOException.class, "cannot write " + directory, () -> NpyFile.create(directory, 1));
        assertEquals(List.of(), FileNames.in(directory));
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
}
