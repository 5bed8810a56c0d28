package org.pernodedrop.kernels.cuda;

import java.util.List;
import java.util.Locale;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.MaskSpec;

/** Where the kernels of the masked products have their mask from. */
public enum MaskSource {
    /** Drawn bits of one plane: p = 1/2. */
    ONE_PLANE(177),
    /** Drawn bits of two planes: p = 1/4 or 3/4. */
    TWO_PLANES(211),
    /** Drawn bits of any number of planes. */
    MANY_PLANES(350),
    /** Bits read from memory, packed by a forward pass or by {@code mask_pack}. */
    PACKED(145),
    /** Drawn normals. */
    GAUSSIAN(3000),
    /** Drawn bits that say which connections get a drawn normal. */
    PARTIAL_GAUSSIAN(3000),
    /** No mask: every multiplier is 1. */
    UNMASKED(115);

    /** The sources of the kernels for samples with several positions. */
    public static final List<MaskSource> MULTI_POSITION = List.of(ONE_PLANE, MANY_PLANES, GAUSSIAN, PARTIAL_GAUSSIAN);

    private static final int BF16_TERM_COST = 110;
    private static final int BF16X2_TERM_COST = 275;

    private final int termCost;

    MaskSource(int termCost) {
        this.termCost = termCost;
    }

    /** Where the connection kernels have a mask from that is drawn. */
    static MaskSource of(MaskSpec spec) {
        if (spec.isIdentity()) {
            return UNMASKED;
        }
        return switch (spec.noise()) {
            case GAUSSIAN -> GAUSSIAN;
            case PARTIAL_GAUSSIAN -> PARTIAL_GAUSSIAN;
            case BERNOULLI ->
                switch (spec.rate().planes()) {
                    case 1 -> ONE_PLANE;
                    case 2 -> TWO_PLANES;
                    default -> MANY_PLANES;
                };
        };
    }

    /**
     * Hundredths of an instruction for a term of a sum, about what the compiled loops issue. On tensor cores at least what
     * those take, by published rates, and the same for all sources: packed bits then give the bits of drawn ones.
     */
    int termCost(ConnectionPlan.Tile tile) {
        return switch (tile) {
            case BF16_LARGE, BF16_UNALIGNED -> BF16_TERM_COST;
            case BF16X2_LARGE, BF16X2_UNALIGNED -> BF16X2_TERM_COST;
            default -> termCost;
        };
    }

    /**
     * Whether sparse tensor cores multiply where the precision allows: of compute capability 8.0 and 9.0. On 8.6, 8.9 and 12.x
     * their published rate is a quarter, and the kernels in single precision are as fast; on 10.x it is unknown.
     */
    public static boolean onSparseTensorCores(DeviceProperties device) {
        return (device.major() == 8 || device.major() == 9) && device.minor() == 0;
    }

    /**
     * The tiles in which the connection kernels of this source come, for a precision on a GPU. Sparse tensor cores take bits
     * under {@link Precision#BF16}, and under {@link Precision#BF16X2} those of several planes, drawn or packed: where drawing
     * costs more than a second term.
     */
    public List<ConnectionPlan.Tile> tiles(Precision precision, DeviceProperties device) {
        if (this == GAUSSIAN || this == PARTIAL_GAUSSIAN) {
            return List.of(ConnectionPlan.Tile.NORMALS);
        }
        boolean sparse = onSparseTensorCores(device);
        if (sparse && precision == Precision.BF16 && this != UNMASKED) {
            return List.of(ConnectionPlan.Tile.BF16_LARGE, ConnectionPlan.Tile.BF16_UNALIGNED);
        }
        if (sparse && precision == Precision.BF16X2 && (this == MANY_PLANES || this == PACKED)) {
            return List.of(ConnectionPlan.Tile.BF16X2_LARGE, ConnectionPlan.Tile.BF16X2_UNALIGNED);
        }
        return List.of(ConnectionPlan.Tile.LARGE, ConnectionPlan.Tile.SMALL, ConnectionPlan.Tile.UNALIGNED);
    }

    /** The connection kernel of a pass: {@code connection_<pass>_<source>_<tile>}, of a tile that this source comes in. */
    public KernelSignature kernel(ConnectionPass pass, ConnectionPlan.Tile tile) {
        return KernelCatalogue.kernel(String.join("_", "connection", word(pass), word(this), word(tile)));
    }

    /**
     * The kernel of a pass over samples with several positions: {@code
     * multi_position_<pass>_<source>_<precision>_<tile>}.
     *
     * @param precision {@link Precision#TF32} or {@link Precision#BF16}
     * @throws IllegalArgumentException if there are no such kernels
     */
    public KernelSignature kernel(ConnectionPass pass, Precision precision, MultiPositionPlan.Tile tile) {
        return KernelCatalogue.kernel(
                String.join("_", "multi_position", word(pass), word(this), word(precision), word(tile)));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
