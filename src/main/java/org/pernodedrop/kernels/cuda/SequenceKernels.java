package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * The kernels {@code sequence_<pass>_<source>_<precision>_<tile>}; {@code cuda/sequence_kernels.cuh} says what their
 * parameters are.
 */
final class SequenceKernels {
    private static final String MASK =
            """
            const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,
            float scale, float sigma,
            """;
    private static final String FORWARD =
            """
            int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* x, const uint32_t* w,
            const float* bias, int32_t activation, float* z, float* y
            """;
    private static final String BACKWARD_INPUT =
            """
            int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* dz, const uint32_t* w,
            int32_t activation, const float* z_below, const float* y_below, float* dx
            """;
    private static final String BACKWARD_WEIGHT =
            """
            int32_t samples, int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* x,
            const uint32_t* dz, float* dw, float* partials, int32_t stretch
            """;

    private SequenceKernels() {}

    static List<KernelSignature> of(SequenceSource source, SequencePrecision precision) {
        List<KernelSignature> kernels = new ArrayList<>();
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (SequenceTile tile : SequenceTile.values()) {
                SequenceTile.Shape shape = tile.shape(pass);
                kernels.add(new KernelSignature(
                        name(pass, source, precision, tile),
                        KernelParameter.parseList(MASK + parameters(pass)),
                        shape.threads(),
                        shape.sharedBytes()));
            }
        }
        return kernels;
    }

    static String name(ConnectionPass pass, SequenceSource source, SequencePrecision precision, SequenceTile tile) {
        return String.join("_", "sequence", pass.word(), source.word(), precision.word(), tile.word());
    }

    private static String parameters(ConnectionPass pass) {
        return switch (pass) {
            case FORWARD -> FORWARD;
            case BACKWARD_INPUT -> BACKWARD_INPUT;
            case BACKWARD_WEIGHT -> BACKWARD_WEIGHT;
        };
    }
}
