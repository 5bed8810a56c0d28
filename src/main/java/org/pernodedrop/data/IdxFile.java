package org.pernodedrop.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A file in the IDX format with unsigned bytes: magic number 0x0000080d with d dimensions, d sizes of 4 bytes, big endian,
 * and the values.
 *
 * @param name file name for messages
 * @param count number of images or labels, at least 1
 * @param rows rows of an image; 1 for labels
 * @param columns columns of an image; 1 for labels
 * @param values [count, rows, columns]
 */
record IdxFile(String name, int count, int rows, int columns, byte[] values) {
    private static final int UNSIGNED_BYTES = 0x0800;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    static IdxFile images(InputFile file) {
        return file.read(in -> read(file.name(), in, 3));
    }

    /** Labels, as many as there are images. */
    static IdxFile labels(InputFile file, IdxFile images) {
        IdxFile labels = file.read(in -> read(file.name(), in, 1));
        if (labels.count != images.count) {
            throw new DataException("labels must be as many as images: " + labels.count + " labels in " + labels.name
                    + ", " + images.count + " images in " + images.name + "; use files of one data set");
        }
        return labels;
    }

    int label(int row) {
        return Byte.toUnsignedInt(values[row]);
    }

    /** Where a label is, for messages. */
    String where(int row) {
        return " of example " + row + " (byte " + (headerBytes(1) + row) + ") in " + name;
    }

    void copyImage(int row, float[] into, int offset) {
        FeatureRows.copyPixels(values, row * rows * columns, rows * columns, into, offset);
    }

    private static int headerBytes(int dimensions) {
        return Integer.BYTES * (1 + dimensions);
    }

    private static IdxFile read(String name, InputStream in, int dimensions) throws IOException {
        byte[] header = in.readNBytes(headerBytes(dimensions));
        if (header.length < headerBytes(dimensions)) {
            throw truncated(name, headerBytes(dimensions) + " bytes of header", header.length);
        }
        ByteBuffer numbers = ByteBuffer.wrap(header);
        int magic = numbers.getInt();
        if (magic != (UNSIGNED_BYTES | dimensions)) {
            throw new DataException(String.format(
                    "IDX file must start with the magic number 0x%08x: 0x%08x in %s; give a file with %s",
                    UNSIGNED_BYTES | dimensions, magic, name, dimensions == 1 ? "labels" : "images"));
        }
        int[] sizes = {1, 1, 1};
        long total = 1;
        for (int d = 0; d < dimensions; d++) {
            sizes[d] = numbers.getInt();
            total = sizes[d] < 1 ? 0 : total * sizes[d];
            if (total < 1 || total > LONGEST_ARRAY) {
                throw new DataException("IDX sizes must be at least 1 and have a product below 2^31: size "
                        + Integer.toUnsignedString(sizes[d]) + " at byte " + Integer.BYTES * (1 + d) + " of " + name
                        + "; get it again");
            }
        }
        // Grows with what the file holds, so a damaged header cannot ask for more memory than that.
        byte[] values = in.readNBytes((int) total);
        if (values.length < total) {
            throw truncated(name, total + " bytes after the header", values.length);
        }
        if (in.read() >= 0) {
            throw new DataException("IDX file must end after the " + total + " bytes that its header announces: " + name
                    + " goes on; get it again");
        }
        return new IdxFile(name, sizes[0], sizes[1], sizes[2], values);
    }

    private static DataException truncated(String name, String expected, int found) {
        return new DataException(
                "IDX file must have " + expected + ": " + name + " is truncated, it has " + found + "; get it again");
    }
}
