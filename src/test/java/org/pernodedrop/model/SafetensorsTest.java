package org.pernodedrop.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;
import org.pernodedrop.model.Safetensors.Tensor;

class SafetensorsTest {
    private static final String TENSOR = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

    @TempDir
    private Path folder;

    private static Safetensors content() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("0.weight", new Tensor(List.of(2L, 3L), new float[] {1, -2, 3.5f, 0, Float.NaN, -0.0f}));
        tensors.put("ä\"\n", new Tensor(List.of(), new float[] {7}));
        tensors.put("empty", new Tensor(List.of(0L, 4L), new float[0]));
        return new Safetensors(Map.of("format", "pt"), tensors);
    }

    // The format written by hand, with single quotes for double ones.
    private Path file(long headerLength, String header, int dataBytes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .array());
        bytes.write(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        bytes.write(new byte[dataBytes]);
        return Files.write(folder.resolve("file"), bytes.toByteArray());
    }

    private Path file(String header, int dataBytes) throws IOException {
        return file(header.length(), header, dataBytes);
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        Path file = folder.resolve("weights");
        new Safetensors(Map.of("by", "hand"), Map.of("a", new Tensor(List.of(2L), new float[] {1, -2}))).write(file);
        String header = "{\"__metadata__\":{\"by\":\"hand\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        int padded = (header.length() + 7) / 8 * 8;
        byte[] expected = ByteBuffer.allocate(8 + padded + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put((header + " ".repeat(padded - header.length())).getBytes(StandardCharsets.UTF_8))
                .putFloat(1)
                .putFloat(-2)
                .array();
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    @Test
    void whatIsWrittenIsReadBitForBit() throws IOException {
        Path file = folder.resolve("weights");
        content().write(file);
        Safetensors read = Safetensors.read(file);
        assertEquals(content().metadata(), read.metadata());
        assertEquals(
                List.copyOf(content().tensors().keySet()),
                List.copyOf(read.tensors().keySet()));
        content().tensors().forEach((name, tensor) -> {
            assertEquals(tensor.shape(), read.tensors().get(name).shape());
            assertArrayEquals(bits(tensor), bits(read.tensors().get(name)));
        });
    }

    private static int[] bits(Tensor tensor) {
        int[] bits = new int[tensor.values().length];
        Arrays.setAll(bits, k -> Float.floatToRawIntBits(tensor.values()[k]));
        return bits;
    }

    @Test
    void valuesBeyondOneChunkAreKept() throws IOException {
        float[] values = new float[(1 << 18) * 2 + 13];
        for (int k = 0; k < values.length; k++) {
            values[k] = k * 0.37f;
        }
        Path file = folder.resolve("large");
        new Safetensors(Map.of(), Map.of("x", new Tensor(List.of((long) values.length), values))).write(file);
        assertArrayEquals(values, Safetensors.read(file).tensors().get("x").values());
    }

    @Test
    void tensorsMayStandInAnyOrderInTheHeader() throws IOException {
        Path file = file(
                "{'b':{'dtype':'F32','shape':[],'data_offsets':[8,12]},"
                        + "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}",
                12);
        assertEquals(
                List.of("a", "b"), List.copyOf(Safetensors.read(file).tensors().keySet()));
    }

    /**
     * Written by safetensors 0.8.0 with numpy 2.4.6: {@code safetensors.numpy.save_file({"0.weight": numpy.arange(6,
     * dtype="float32").reshape(2, 3) / 8, "0.bias": numpy.float32([-1, 2, 0.1])}, name, {"by": "python"})}.
     */
    @Test
    void whatPythonWritesIsRead() throws Exception {
        Path file =
                Path.of(SafetensorsTest.class.getResource("python.safetensors").toURI());
        Safetensors read = Safetensors.read(file);
        assertEquals(Map.of("by", "python"), read.metadata());
        assertEquals(Set.of("0.weight", "0.bias"), read.tensors().keySet());
        assertEquals(List.of(2L, 3L), read.tensors().get("0.weight").shape());
        assertArrayEquals(
                new float[] {0, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f},
                read.tensors().get("0.weight").values());
        assertArrayEquals(
                new float[] {-1, 2, 0.1f}, read.tensors().get("0.bias").values());
    }

    @Test
    void whatCannotBeOpenedIsNamed() {
        for (Path path : List.of(folder.resolve("missing"), folder)) {
            Refusal.starts(IOException.class, "cannot read " + path + ": ", () -> Safetensors.read(path));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 7 | must fill it",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 9 | must fill it",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | 4 | 4 bytes a value",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | ascending",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,8]}} | 8 | two ascending",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | whole numbers",
                "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | 8 | whole numbers",
                "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}} | 8 | whole numbers",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | 8 | 4 bytes a value",
                "{'a':{'dtype':'F32','shape':[9223372036854775807,2],'data_offsets':[0,8]}} | 8 | 4 bytes a value",
                "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | 8 | whole numbers",
                "{'a':{'dtype':'F32','shape':[2305843009213693950],'data_offsets':[0,9223372036854775800]}} | 8 | 2^31",
                "{'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}} | 8 | type F32: dtype=`F64`",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'more':1}} | 8 | and no others",
                "{'a':{'dtype':'F32','shape':[2]}} | 8 | must have the fields",
                "{'a':1} | 8 | must have the fields",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"
                        + " | 4 | end to end",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"
                        + " | 8 | end to end",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | end to end",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}"
                        + " | 8 | is no JSON",
                "{'__metadata__':{'a':1}} | 0 | must hold texts",
                "{'__metadata__':[]} | 0 | object of texts",
                "{'a': | 0 | is no JSON",
                "{} {} | 0 | is no JSON",
                "[] | 0 | does not begin with {",
            })
    void damageIsRefusedInOneLine(String header, int dataBytes, String rule) throws IOException {
        Path file = file(header, dataBytes);
        String message = Refusal.message(ModelFileException.class, () -> Safetensors.read(file));
        assertTrue(message.startsWith(file + " is no valid safetensors file: "), message);
        assertTrue(message.contains(rule.replace('`', '"')), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void absurdLengthsAreRefusedBeforeAnythingIsAllocated() throws IOException {
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1, 100_000_001, 90_000_000}) {
            Path file = file(length, TENSOR + "}", 8);
            assertThrows(ModelFileException.class, () -> Safetensors.read(file), "length=" + length);
        }
        for (int size = 0; size < 8; size++) {
            Path file = Files.write(folder.resolve("short"), new byte[size]);
            assertThrows(ModelFileException.class, () -> Safetensors.read(file), "size=" + size);
        }
    }

    /** Refused with a short message. */
    @Test
    void thousandsOfDimensionsAndDeepNestingAreRefused() throws IOException {
        Path file = file("{'a':{'dtype':'F32','shape':[" + "1,".repeat(100_000) + "1],'data_offsets':[0,4]}}", 4);
        String message = Refusal.message(ModelFileException.class, () -> Safetensors.read(file));
        assertTrue(message.contains("at most 64 numbers as shape: 100001"), message);
        assertTrue(message.length() < 1000);
        Path deep = file("{'a':" + "[".repeat(100_000), 0);
        assertThrows(ModelFileException.class, () -> Safetensors.read(deep));
    }

    // Every prefix, and random damage: either a result or the documented exception.
    @Test
    void damagedFilesNeverFailInAnotherWay() throws IOException {
        Path whole = folder.resolve("whole");
        content().write(whole);
        byte[] bytes = Files.readAllBytes(whole);
        Path file = folder.resolve("damaged");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThrows(ModelFileException.class, () -> Safetensors.read(file));
        }
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            byte[] damaged = bytes.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                damaged[random.nextInt(damaged.length)] = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) "0123456789{}[]\",:-e.".charAt(random.nextInt(20));
            }
            Files.write(file, damaged);
            try {
                Safetensors.read(file);
            } catch (ModelFileException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
        assertTrue(refused > 1000, "refused " + refused);
    }

    @Test
    void whatCannotBeWrittenLeavesTheEarlierFileAndNoOther() throws IOException {
        Path file = folder.resolve("weights");
        content().write(file);
        byte[] before = Files.readAllBytes(file);
        assertThrows(IOException.class, () -> content().write(folder.resolve("missing/weights")));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Safetensors(Map.of(), Map.of("__metadata__", new Tensor(List.of(), new float[1]))));
        assertThrows(IllegalArgumentException.class, () -> new Tensor(List.of(2L), new float[3]));
        assertThrows(IllegalArgumentException.class, () -> new Tensor(List.of(-2L), new float[2]));
        assertArrayEquals(before, Files.readAllBytes(file));
        assertEquals(List.of("weights"), FileNames.in(folder));
    }
}
