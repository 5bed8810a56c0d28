package org.pernodedrop.mask;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.pernodedrop.io.AtomicFile;

/**
 * Writes one NumPy array of little-endian float32 in C order (.npy, format 1.0) value by value, so that arrays larger
 * than memory can be written.
 *
 * <p>Values go to a temporary file beside the target, which {@link #commit} renames to the target; {@link #close}
 * without a commit deletes the temporary file and leaves an earlier target unchanged.
 *
 * <pre>{@code
 * try (NpyFile file = NpyFile.create(path, 2, 3)) {
 *     file.write(values, 0, 6);
 *     file.commit();
 * }
 * }</pre>
 */
public final class NpyFile implements AutoCloseable {
    private static final int MAX_RANK = 32;
    private static final int HEADER_ALIGNMENT = 64;
    private static final int PREFIX_LENGTH = 10;
    private static final int BUFFER_BYTES = 1 << 16;

    private final AtomicFile file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final long size;
    private long written;

    private NpyFile(Path target, long[] shape) throws IOException {
        this.size = sizeOf(shape);
        this.file = AtomicFile.create(target);
        try {
            this.channel = FileChannel.open(file.temporary(), StandardOpenOption.WRITE);
        } catch (IOException e) {
            file.close();
            throw file.failure("the file cannot be opened", e);
        }
        buffer.put(header(shape));
    }

    /**
     * Starts an array.
     *
     * @param target replaced by {@link #commit} if it exists
     * @param shape sizes of the dimensions, outermost first: 1 to 32 of them, each at least 1, with a product below
     *     2^61
     * @throws IllegalArgumentException if the shape is out of range
     * @throws IOException if the target cannot be written
     */
    public static NpyFile create(Path target, long... shape) throws IOException {
        return new NpyFile(target, shape.clone());
    }

    /**
     * Appends {@code values[offset .. offset + length - 1]}.
     *
     * @throws IllegalArgumentException if the values are more than the shape holds
     * @throws IOException if the file cannot be written, for example because the disk is full
     */
    public void write(float[] values, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, values.length);
        if (length > size - written) {
            throw new IllegalArgumentException("values must not be more than the shape holds: values="
                    + (written + length) + ", shape holds=" + size);
        }
        int from = offset;
        int end = offset + length;
        while (from < end) {
            if (buffer.remaining() < Float.BYTES) {
                drain();
            }
            int n = Math.min(end - from, buffer.remaining() / Float.BYTES);
            buffer.asFloatBuffer().put(values, from, n);
            buffer.position(buffer.position() + n * Float.BYTES);
            from += n;
        }
        written += length;
    }

    /**
     * Finishes the array and moves it to the target.
     *
     * @throws IllegalStateException if fewer values were written than the shape holds
     * @throws IOException if the file cannot be written
     */
    public void commit() throws IOException {
        if (written != size) {
            throw new IllegalStateException(
                    "values must fill the shape before commit: values=" + written + ", shape holds=" + size);
        }
        drain();
        try {
            channel.close();
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        file.commit();
    }

    /** Deletes the temporary file, unless it was committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        file.close();
    }

    private void drain() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        buffer.clear();
    }

    private static byte[] header(long[] shape) {
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String tuple = "(" + sizes + (shape.length == 1 ? ",)" : ")");
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }";
        int unpadded = PREFIX_LENGTH + dictionary.length() + 1;
        int padding = Math.floorMod(-unpadded, HEADER_ALIGNMENT);
        byte[] text = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(PREFIX_LENGTH + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    private static long sizeOf(long[] shape) {
        if (shape.length < 1 || shape.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape must have 1 to " + MAX_RANK + " dimensions: shape=" + Arrays.toString(shape));
        }
        long size = 1;
        for (long dimension : shape) {
            if (dimension < 1) {
                throw new IllegalArgumentException("dimensions must be at least 1: shape=" + Arrays.toString(shape));
            }
            if (dimension > (Long.MAX_VALUE / Float.BYTES) / size) {
                throw new IllegalArgumentException(
                        "the product of the dimensions must be below 2^61: shape=" + Arrays.toString(shape));
            }
            size *= dimension;
        }
        return size;
    }
}
