package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Small data files for tests. */
final class DataFiles {
    static final int CIFAR_RECORD = 3073;

    private DataFiles() {}

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** IDX content: magic number, sizes, values. */
    static byte[] idx(int magic, int[] sizes, byte[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
        buffer.putInt(magic);
        Arrays.stream(sizes).forEach(buffer::putInt);
        return buffer.put(values).array();
    }

    /** Images of 2 x 3 pixels; pixel j of image r is 7 r + j, modulo 256. */
    static byte[] images(int count) {
        byte[] values = new byte[count * 6];
        for (int j = 0; j < values.length; j++) {
            values[j] = (byte) (7 * (j / 6) + j % 6);
        }
        return idx(0x803, new int[] {count, 2, 3}, values);
    }

    /** Labels 0, 1, .. classes - 1, 0, 1, .. */
    static byte[] labels(int count, int classes) {
        byte[] values = new byte[count];
        for (int j = 0; j < count; j++) {
            values[j] = (byte) (j % classes);
        }
        return idx(0x801, new int[] {count}, values);
    }

    /** CIFAR-10 records: record r has label (first + r) mod 10, its pixel j is (3 (first + r) + j) mod 256. */
    static byte[] cifar(int first, int count) {
        byte[] batch = new byte[count * CIFAR_RECORD];
        for (int r = 0; r < count; r++) {
            batch[r * CIFAR_RECORD] = (byte) ((first + r) % 10);
            for (int j = 0; j < CIFAR_RECORD - 1; j++) {
                batch[r * CIFAR_RECORD + 1 + j] = (byte) (3 * (first + r) + j);
            }
        }
        return batch;
    }

    /** Expects a {@link DataException} with a one-line message that contains all parts. */
    static void assertRefused(Executable action, String... parts) {
        String message = assertThrows(DataException.class, action).getMessage();
        assertFalse(message.contains("\n"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), "\"" + part + "\" is not in: " + message);
        }
    }
}
