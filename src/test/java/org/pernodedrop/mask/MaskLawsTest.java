package org.pernodedrop.mask;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** {@link Mask} against {@link ReferenceMask} at any position. */
class MaskLawsTest {
    @Property(seed = "1", edgeCases = EdgeCasesMode.NONE)
    void valuesAreThoseOfTheDefinition(
            @ForAll long seed,
            @ForAll @IntRange(min = 0) int layer,
            @ForAll @IntRange(min = 0) int step,
            @ForAll int sample,
            @ForAll int input,
            @ForAll @IntRange(min = 0) int output,
            @ForAll Noise noise,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
        for (int at : new int[] {step, -2 - step}) {
            MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, p);
            float value = Mask.of(spec, seed, layer, at).value(sample, input, output);
            ReferenceMask.assertValue(
                    spec,
                    seed,
                    layer,
                    Integer.toUnsignedLong(at),
                    Integer.toUnsignedLong(sample),
                    Integer.toUnsignedLong(input),
                    output,
                    value);
        }
    }
}
