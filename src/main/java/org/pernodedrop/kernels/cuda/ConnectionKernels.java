package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * The kernels {@code connection_<pass>_<source>_<tile>}. All sources of a pass take the same parameters; those that a
 * source does not use are ignored. {@code cuda/connection_kernels.cuh} says what they are.
 */
final class ConnectionKernels {
    private static final String MASK_AND_SIZES =
            """
            const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,
            float scale, float sigma, int32_t samples, int32_t inputs, int32_t outputs,
            """;
    private static final String FORWARD =
            """
            const float* x, const float* w, const float* bias, int32_t activation, float* z, float* y,
            uint32_t* packed, float* partials, int32_t stretch
            """;
    private static final String BACKWARD_INPUT =
            """
            const float* dz, const float* w, int32_t activation, const float* z_below, const float* y_below, float* dx,
            const uint32_t* packed, float* partials, int32_t stretch
            """;
    private static final String BACKWARD_WEIGHT =
            """
            const float* x, const float* dz, float* dw, float* db,
            const uint32_t* packed, float* partials, float* bias_partials, int32_t stretch
            """;

    private ConnectionKernels() {}

    static List<KernelSignature> of(ConnectionSource source) {
        List<KernelSignature> kernels = new ArrayList<>();
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (ConnectionTile tile : ConnectionTile.of(source)) {
                ConnectionTile.Shape shape = tile.shape(pass);
                kernels.add(new KernelSignature(
                        name(pass, source, tile),
                        KernelParameter.parseList(MASK_AND_SIZES + parameters(pass)),
                        shape.threads(),
                        shape.sharedBytes(source)));
            }
        }
        return kernels;
    }

    static String name(ConnectionPass pass, ConnectionSource source, ConnectionTile tile) {
        return String.join("_", "connection", pass.word(), source.word(), tile.word());
    }

    private static String parameters(ConnectionPass pass) {
        return switch (pass) {
            case FORWARD -> FORWARD;
            case BACKWARD_INPUT -> BACKWARD_INPUT;
            case BACKWARD_WEIGHT -> BACKWARD_WEIGHT;
        };
    }
}
