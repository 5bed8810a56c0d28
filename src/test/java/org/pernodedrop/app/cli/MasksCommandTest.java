package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

class MasksCommandTest {
    private static final String SIZES = "--samples 3 --inputs 13 --outputs 37";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "BERNOULLI, CONNECTION, false",
        "GAUSSIAN, CONNECTION, false",
        "PARTIAL_GAUSSIAN, CONNECTION, true",
        "BERNOULLI, NODE, false",
        "GAUSSIAN, NODE, true"
    })
    void theFileHoldsTheMask(Noise noise, Granularity granularity, boolean fixed) throws IOException {
        Path file = directory.resolve("a mask.npy");
        String line = "masks --seed -7 --layer 2 --step 4294967294 --drop-rate 0.3 " + SIZES + " --noise " + noise
                + " --granularity " + granularity + (fixed ? " --fixed-mask" : "");
        Program.fine(line, "--npy", file);

        boolean node = granularity == Granularity.NODE;
        Mask mask = Mask.of(new MaskSpec(noise, granularity, DropRate.of(0.3), fixed), -7, 2, (int) 4294967294L);
        int inputs = node ? 1 : 13;
        float[] expected = new float[3 * inputs * 37];
        for (int b = 0, j = 0; b < 3; b++) {
            for (int i = 0; i < inputs; i++) {
                for (int u = 0; u < 37; u++) {
                    expected[j++] = mask.value(b, i, u);
                }
            }
        }
        assertTrue(header(file).contains(node ? "(3, 37)" : "(3, 13, 37)"), header(file));
        assertArrayEquals(expected, values(file, expected.length));
    }

    @Test
    void everyRunWritesTheSameFile() throws IOException {
        Path first = directory.resolve("first.npy");
        Path second = directory.resolve("second.npy");
        Program.fine("masks --seed 5 --drop-rate 0.5 " + SIZES, "--npy", first);
        Program.fine("masks --seed 5 --drop-rate 0.5 " + SIZES, "--npy", second);
        assertEquals(-1, Files.mismatch(first, second));
        Program.fine("masks --seed 6 --drop-rate 0.5 " + SIZES, "--npy", second);
        assertTrue(Files.mismatch(first, second) >= 0);
    }

    @Test
    void statisticsAreToldBesideWhatTheyShouldBe() {
        Path file = directory.resolve("m.npy");
        Program program =
                Program.fine("masks --seed 2 --samples 20 --inputs 40 --outputs 80 --drop-rate 0.3", "--npy", file);
        assertEquals("", program.err());
        List<String> lines = program.out().lines().toList();
        assertTrue(lines.contains("drop rate: 0.3, effective 0.296875, planes 6"), program.out());
        assertTrue(lines.contains("values: 64000"), program.out());
        assertTrue(lines.contains("array: float32 [20, 40, 80] in " + file), program.out());
        double p = 0.296875;
        assertRow(lines, "mean", 1);
        assertRow(lines, "variance", p / (1 - p));
        assertRow(lines, "dropped", p);
    }

    @Test
    void gaussianMasksKeepTheRateAsAskedForAndNeedNoPlanes() {
        Program program = Program.fine(
                "masks --samples 2 --outputs 5 --drop-rate 0.3 --noise gaussian --granularity node",
                "--npy",
                directory.resolve("m.npy"));
        program.assertOut("drop rate: 0.3, effective 0.3, planes 0");
    }

    @Test
    void gaussianNoiseTakesRatesThatNoBitsMeet() {
        String line = "masks --drop-rate 0.999999 " + SIZES;
        Program.fine(line + " --noise gaussian", "--npy", directory.resolve("m.npy"));
        for (String noise : new String[] {"bernoulli", "partial-gaussian"}) {
            Program.runLine(line, "--noise", noise, "--npy", directory.resolve("n.npy"))
                    .assertUsage("--drop-rate=0.999999: dropRate cannot be met");
        }
        Program.runLine("masks --noise gaussian --drop-rate 1e-20 " + SIZES, "--npy", directory.resolve("n.npy"))
                .assertUsage("'--drop-rate'", "at least 2^-48", "1.0E-20");
    }

    @ParameterizedTest
    @CsvSource({
        "--drop-rate, 1, 'dropRate must be in [0, 1): dropRate=1.0'",
        "--drop-rate, -0.1, 'must be in [0, 1)'",
        "--drop-rate, NaN, 'must be in [0, 1)'",
        "--drop-rate, half, 'is not a number'",
        "--samples, 0, '[1, 2147483647]'",
        "--inputs, -3, '[1, 2147483647]'",
        "--outputs, 2147483648, '[1, 2147483647]'",
        "--outputs, many, '[1, 2147483647]'",
        "--layer, -1, '[0, 2147483647]'",
        "--step, 4294967295, '[0, 4294967294]'",
        "--noise, salt, 'bernoulli, gaussian, partial-gaussian'",
        "--noise, partial_gaussian, 'bernoulli, gaussian, partial-gaussian'",
        "--granularity, both, 'connection, node'",
        "--seed, x, long"
    })
    void valuesOutOfRangeAreWrongUsage(String option, String value, String part) throws IOException {
        List<String> words = Stream.of(("--drop-rate 0.5 " + SIZES).split(" ")).toList();
        int at = words.indexOf(option);
        List<String> rest = Stream.concat(
                        words.subList(0, Math.max(at, 0)).stream(),
                        words.subList(at < 0 ? 0 : at + 2, words.size()).stream())
                .toList();
        Program.runLine("masks " + String.join(" ", rest), option, value, "--npy", directory.resolve("m.npy"))
                .assertUsage("'" + option + "'", part, value);
        assertNothingLeft();
    }

    @Test
    void missingOptionsAreNamed() {
        Program.runLine("masks --drop-rate 0.5 --samples 2 --inputs 2 --npy m").assertUsage("--outputs");
        Program.runLine("masks --drop-rate 0.5 --samples 2 --outputs 2 --npy m").assertUsage("--inputs", "node");
    }

    @Test
    void unwritableFilesAreNamed() throws IOException {
        Path missing = directory.resolve("missing").resolve("m.npy");
        Program.runLine("masks --drop-rate 0.5 " + SIZES, "--npy", missing)
                .assertFailure(missing.toString(), "does not exist");
        Program.runLine("masks --drop-rate 0.5 " + SIZES, "--npy", directory)
                .assertFailure(directory.toString(), "name a file");
        assertNothingLeft();
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    // A fixed seed, so that 6 standard errors hold in every run or in none.
    private static void assertRow(List<String> lines, String name, double expected) {
        String[] row = lines.stream()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElseThrow()
                .split(" +");
        double value = Double.parseDouble(row[1]);
        double error = Double.parseDouble(row[3]);
        assertEquals(expected, Double.parseDouble(row[2]), 1e-6);
        assertEquals(expected, value, 6 * error);
        assertEquals((value - expected) / error, Double.parseDouble(row[4]), 0.02);
    }

    private static String header(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return new String(
                bytes,
                10,
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(8),
                StandardCharsets.US_ASCII);
    }

    private static float[] values(Path file, int count) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int start = 10 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
        assertEquals(start + count * Float.BYTES, bytes.length);
        float[] values = new float[count];
        ByteBuffer.wrap(bytes, start, count * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }
}
