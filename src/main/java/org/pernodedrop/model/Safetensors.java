package org.pernodedrop.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.RegularFile;

/**
 * Named tensors of 32-bit floats, and texts, as a file of the safetensors format: the length of the header (8 bytes,
 * little-endian), the header (JSON: type, shape and place of each tensor), and the values, row-major and little-endian.
 * Python reads it by {@code safetensors.numpy.load_file(name)}.
 *
 * <p>Source: the format's description and limits in https://github.com/huggingface/safetensors.
 *
 * @param metadata texts by their names
 * @param tensors by their names, in the order of the file
 */
public record Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    private static final int CHUNK_BYTES = 1 << 20;

    /** Copies the maps; refuses the tensor name that the format reserves. */
    public Safetensors {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        if (tensors.containsKey(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("no tensor may be called " + SafetensorsHeader.METADATA);
        }
    }

    /**
     * Writes the file, whole or not at all; the same content gives the same bytes.
     *
     * @throws IOException if the file cannot be written; an earlier file then stays unchanged
     */
    public void write(Path file) throws IOException {
        try (AtomicFile target = AtomicFile.create(file)) {
            try (FileChannel channel = FileChannel.open(target.temporary(), StandardOpenOption.WRITE)) {
                write(channel);
            } catch (IOException e) {
                throw target.failure("writing failed", e);
            }
            target.commit();
        }
    }

    /** Writes the file's content. */
    void write(WritableByteChannel channel) throws IOException {
        byte[] header = SafetensorsHeader.encode(metadata, tensors);
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeAll(channel, buffer.putLong(header.length).flip());
        writeAll(channel, ByteBuffer.wrap(header));
        for (Tensor tensor : tensors.values()) {
            write(channel, buffer, tensor.values());
        }
    }

    private static void write(WritableByteChannel channel, ByteBuffer buffer, float[] values) throws IOException {
        int most = CHUNK_BYTES / Float.BYTES;
        for (int done = 0; done < values.length; done += most) {
            int count = Math.min(most, values.length - done);
            buffer.clear();
            buffer.asFloatBuffer().put(values, done, count);
            writeAll(channel, buffer.limit(count * Float.BYTES));
        }
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /**
     * Reads a file. The header is checked against the file's length before memory is allocated.
     *
     * @throws ModelFileException if the file is of another format, damaged, or holds types other than F32
     * @throws IOException if it cannot be read
     */
    public static Safetensors read(Path file) throws IOException {
        return opened(file, channel -> read(file.toString(), channel.size(), channel));
    }

    /** Reads the content of a file of this size. */
    static Safetensors read(String file, long size, ReadableByteChannel channel) throws IOException {
        SafetensorsHeader header = SafetensorsHeader.read(file, size, channel);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (SafetensorsHeader.Entry entry : header.entries()) {
            float[] values = new float[entry.length()];
            read(file, channel, buffer, FloatBuffer.wrap(values));
            tensors.put(entry.name(), new Tensor(entry.shape(), values));
        }
        return new Safetensors(header.metadata(), tensors);
    }

    /** Reads only the texts, with the same checks. */
    static Map<String, String> readMetadata(Path file) throws IOException {
        return opened(file, channel -> SafetensorsHeader.read(file.toString(), channel.size(), channel)
                .metadata());
    }

    private interface Reading<T> {
        T read(FileChannel channel) throws IOException;
    }

    private static <T> T opened(Path file, Reading<T> reading) throws IOException {
        RegularFile.require(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return reading.read(channel);
        } catch (ModelFileException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new IOException("cannot read " + file + ": it does not exist; check the path", e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage() + "; name a file that may be read", e);
        }
    }

    private static void read(String file, ReadableByteChannel channel, ByteBuffer buffer, FloatBuffer to)
            throws IOException {
        while (to.hasRemaining()) {
            buffer.clear().limit((int) Math.min(CHUNK_BYTES, (long) to.remaining() * Float.BYTES));
            readAll(file, channel, buffer);
            to.put(buffer.flip().asFloatBuffer());
        }
    }

    /** Fills a buffer up to its limit. */
    static void readAll(String file, ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new ModelFileException(file + " became shorter while it was read; read it again");
            }
        }
    }

    /**
     * The values of a tensor.
     *
     * @param shape dimensions, outermost first, each at least 0; empty for a single value
     * @param values row-major; not copied
     */
    public record Tensor(List<Long> shape, float[] values) {
        /** Refuses nulls, and values whose number differs from the shape's. */
        public Tensor {
            shape = List.copyOf(shape);
            Objects.requireNonNull(values, "values");
            if (size(shape) != values.length) {
                throw new IllegalArgumentException("values must be as many as the shape holds: shape=" + shape
                        + ", values.length=" + values.length);
            }
        }

        /** Product of the dimensions; -1 if one is negative or the product overflows a long. */
        static long size(List<Long> shape) {
            long size = 1;
            boolean beyond = false;
            for (long dimension : shape) {
                if (dimension < 0) {
                    return -1;
                }
                // A later 0 makes the tensor empty, whatever the product of the dimensions before.
                beyond |= dimension > 0 && size > Long.MAX_VALUE / dimension;
                size *= dimension;
            }
            return size == 0 || !beyond ? size : -1;
        }
    }
}
