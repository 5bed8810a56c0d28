package org.pernodedrop.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/** Tells whether data is still what it was. */
public final class DataChecksum {
    private DataChecksum() {}

    /** CRC-32C of all parts' features and labels, as eight hexadecimal digits. */
    public static String of(DataSplit split) {
        CRC32C checksum = new CRC32C();
        for (Dataset part : List.of(split.train(), split.validation())) {
            update(checksum, part);
        }
        split.test().ifPresent(part -> update(checksum, part));
        return String.format("%08x", checksum.getValue());
    }

    private static void update(CRC32C checksum, Dataset part) {
        ByteBuffer row = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, part.featureCount() + 1));
        for (int example = 0; example < part.examples(); example++) {
            row.clear();
            row.asFloatBuffer().put(part.features(), example * part.featureCount(), part.featureCount());
            row.putInt(Float.BYTES * part.featureCount(), part.labels()[example]);
            checksum.update(row.array());
        }
    }
}
