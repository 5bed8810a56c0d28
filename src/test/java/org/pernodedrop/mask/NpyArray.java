package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A float32 array read back from a .npy file of format 1.0, with its header checked. */
record NpyArray(long[] shape, float[] values) {
    private static final Pattern HEADER =
            Pattern.compile("\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\} *\n");

    static NpyArray read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertEquals("\u0093NUMPY\u0001\u0000", new String(magic, StandardCharsets.ISO_8859_1));
        byte[] header = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(header);
        assertEquals(0, bytes.position() % 64, "header must be padded");
        Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
        assertTrue(matcher.matches(), () -> new String(header, StandardCharsets.US_ASCII));
        long[] shape = Arrays.stream(matcher.group(1).split(", ?"))
                .mapToLong(Long::parseLong)
                .toArray();
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        assertEquals(0, bytes.remaining() % Float.BYTES);
        assertEquals(Arrays.stream(shape).reduce(1, Math::multiplyExact), values.length);
        return new NpyArray(shape, values);
    }
}
