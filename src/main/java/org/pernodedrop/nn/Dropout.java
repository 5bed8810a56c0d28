package org.pernodedrop.nn;

import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Dropout: in training {@code y[b, u] = x[b, u] m[b, u]}, where m is {@code 1/q'} with the keep probability q' and else
 * 0; at inference {@code y = x}. Output shaped as the input, no parameters.
 *
 * <p>Source: Srivastava et al., "Dropout", JMLR 2014, scaled in training instead of at inference.
 *
 * @param dropRate p
 */
public record Dropout(DropRate dropRate) implements Layer {
    /** Refuses null; {@link #rate(double)} reads better. */
    public Dropout {
        Objects.requireNonNull(dropRate, "dropRate");
    }

    /**
     * Dropout with rate p.
     *
     * @throws IllegalArgumentException unless p is in [0, 1) and can be met by binary digits
     */
    public static Dropout rate(double dropRate) {
        return new Dropout(DropRate.of(dropRate));
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(new MaskSpec(Noise.BERNOULLI, Granularity.NODE, dropRate, false));
    }

    @Override
    public String settings() {
        return "";
    }

    /** {@code y[b, u] = x[b, u] m[b, u]} at work; nothing at all where there is no mask. */
    static final class Pass implements LayerPass {
        private final Backend backend;
        private final LayerMask mask;
        private final int width;
        private DeviceFloats y;

        /**
         * A dropout layer's pass.
         *
         * @param mask of node granularity, or null for none
         */
        Pass(Backend backend, LayerMask mask, int width) {
            this.backend = backend;
            this.mask = mask;
            this.width = width;
        }

        @Override
        public void reserve(int samples, Workspace workspace) {
            if (mask != null) {
                y = workspace.allocate((long) samples * width);
            }
        }

        @Override
        public DeviceFloats forward(Batch batch, DeviceFloats x) {
            if (mask == null || !batch.mode().drawsMasks()) {
                return x;
            }
            backend.masks().multiplyNodes(mask, batch.firstSample(), batch.samples(), width, x, y);
            return y;
        }

        @Override
        public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
            if (mask != null) {
                backend.masks().multiplyNodes(mask, batch.firstSample(), batch.samples(), width, dy, dy);
            }
            return dy;
        }
    }
}
