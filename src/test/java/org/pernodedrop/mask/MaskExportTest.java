package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;

class MaskExportTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("org.pernodedrop.mask.MaskTest#specs")
    void writesTheMaskOfEveryPosition(MaskSpec spec) throws IOException {
        assertWritten(spec, 1, 1, 1);
        assertWritten(spec, 2, 13, 33);
        assertWritten(spec, 3, 6, 207);
    }

    /** Rows longer than a tile. */
    @ParameterizedTest
    @EnumSource
    void writesLongRows(Noise noise) throws IOException {
        assertWritten(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), 1, 2, 65_537);
        assertWritten(MaskSpec.of(noise, Granularity.NODE, 0.3), 1, 2, 65_537);
    }

    @ParameterizedTest
    @EnumSource
    void statisticsAreWithinTheirErrors(Noise noise) throws IOException {
        MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, 0.3);
        Path file = directory.resolve("m.npy");
        MaskStatistics statistics = MaskExport.write(Mask.of(spec, 1234, 1, 7), 0, 20, 30, 207, file);
        assertEquals(20 * 30 * 207, statistics.count());
        assertTrue(statistics.withinSigmas(Bounds.SIGMAS));
    }

    @Test
    void fixedMasksCountOnce() throws IOException {
        MaskSpec spec = new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, DropRate.of(0.3), true);
        Path file = directory.resolve("m.npy");
        MaskStatistics statistics = MaskExport.write(Mask.of(spec, 1234, 1, 7), 0, 20, 13, 207, file);
        assertEquals(13 * 207, statistics.count());
        assertEquals(20 * 13 * 207, NpyArray.read(file).values().length);
    }

    @Test
    void replacesAnEarlierFile() throws IOException {
        Path file = Files.writeString(directory.resolve("m.npy"), "old");
        MaskExport.write(mask(), 0, 1, 2, 3, file);
        assertArrayEquals(new long[] {1, 2, 3}, NpyArray.read(file).shape());
    }

    @Test
    void refusesImpossibleSizes() throws IOException {
        Path file = directory.resolve("m.npy");
        assertRefused("samples must be at least 1: samples=0", 0, 1, 1, file);
        assertRefused("inputs must be at least 1: inputs=-3", 1, -3, 1, file);
        assertRefused("outputs must be at least 1: outputs=0", 1, 1, 0, file);
        int most = Integer.MAX_VALUE;
        String product = "the product of the dimensions must be below 2^61: shape=[2147483647, 2147483647, 2147483647]";
        assertRefused(product, most, most, most, file);
        assertEquals(List.of(), FileNames.in(directory));
    }

    private void assertWritten(MaskSpec spec, int samples, int inputs, int outputs) throws IOException {
        Mask mask = Mask.of(spec, 0x0123456789ABCDEFL, 1, 7);
        Path file = directory.resolve("m.npy");
        MaskStatistics statistics = MaskExport.write(mask, 0, samples, inputs, outputs, file);

        boolean node = spec.granularity() == Granularity.NODE;
        long[] shape = node ? new long[] {samples, outputs} : new long[] {samples, inputs, outputs};
        int rows = node ? 1 : inputs;
        float[] values = ReferenceMask.values(mask, samples, rows, outputs);
        MaskStatistics expected = new MaskStatistics(spec);
        expected.add(values, 0, spec.fixed() ? rows * outputs : values.length);
        NpyArray array = NpyArray.read(file);
        assertArrayEquals(shape, array.shape());
        assertArrayEquals(values, array.values());
        assertEquals(expected.count(), statistics.count());
        assertEquals(expected.mean().value(), statistics.mean().value(), 1e-12);
        assertEquals(expected.variance().value(), statistics.variance().value(), 1e-12);
        assertEquals(expected.perturbedShare(), statistics.perturbedShare());
    }

    private static Mask mask() {
        return Mask.of(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), 1, 0, 0);
    }

    private static void assertRefused(String message, int samples, int inputs, int outputs, Path file) {
        Refusal.says(
                IllegalArgumentException.class,
                message,
                () -> MaskExport.write(mask(), 0, samples, inputs, outputs, file));
    }
}
