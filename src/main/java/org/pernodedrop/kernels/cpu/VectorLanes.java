package org.pernodedrop.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Width of the vectors, and the conversion of mask bits to masked lanes.
 *
 * <p>With mask registers (AVX-512, and a JDK that compiles {@code VectorMask.fromLong} to an instruction) a word's bits are
 * loaded as a vector mask. Otherwise a small table turns the bits of one vector into lanes of ones for a bit-wise "and"; the
 * table limits vectors to 8 lanes. Both give the same bits; the choice depends on processor and JDK alone, and the system
 * property {@value #PROPERTY} overrides it.
 */
final class VectorLanes {
    /** System property: {@code registers} or {@code table}. */
    static final String PROPERTY = "pernodedrop.cpu.masks";

    private static final int FIRST_JDK_WITH_MASK_INSTRUCTION = 21;
    private static final int TABLE_BITS = 256;

    /** Whether mask bits go to mask registers. */
    static final boolean REGISTERS = useRegisters();

    /** The vectors' species. */
    static final VectorSpecies<Float> FLOATS = REGISTERS || FloatVector.SPECIES_PREFERRED.vectorBitSize() <= TABLE_BITS
            ? FloatVector.SPECIES_PREFERRED
            : FloatVector.SPECIES_256;

    /** Integers of the same shape. */
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** Floats in a vector: 4, 8 or 16. */
    static final int COUNT = FLOATS.length();

    private static final int LANE_BITS = (1 << COUNT) - 1;
    private static final int TABLE_SHIFT = Integer.numberOfTrailingZeros(COUNT);
    private static final int[] TABLE = REGISTERS ? new int[0] : table();
    private static final FloatVector ZERO = FloatVector.zero(FLOATS);

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(FLOATS, 8 % COUNT, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(FLOATS, 4 % COUNT, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
    private static final VectorShuffle<Float> BY_1 = VectorShuffle.iota(FLOATS, 1, 1, true);

    private VectorLanes() {}

    /** Lane l receives lane {@code l + distance}, around the end; for distances 8, 4, 2 and 1. */
    static VectorShuffle<Float> rotation(int distance) {
        return switch (distance) {
            case 8 -> BY_8;
            case 4 -> BY_4;
            case 2 -> BY_2;
            default -> BY_1;
        };
    }

    /** The lanes of v whose bit is set, 0 in the others. */
    static FloatVector keep(FloatVector v, int bits) {
        if (REGISTERS) {
            return ZERO.blend(v, VectorMask.fromLong(FLOATS, bits));
        }
        IntVector ones = IntVector.fromArray(INTS, TABLE, (bits & LANE_BITS) << TABLE_SHIFT);
        return v.reinterpretAsInts().and(ones).reinterpretAsFloats();
    }

    /**
     * The first output u of a pair of vectors. If a pair is a whole tile, the compiler sees the constant 0, which saves a
     * register.
     */
    static int pairStart(int u) {
        return 2 * COUNT == Tiles.OUTPUTS ? 0 : u;
    }

    static String describe() {
        return FLOATS.vectorBitSize() + "-bit vectors, masks by " + (REGISTERS ? "registers" : "table");
    }

    private static boolean useRegisters() {
        String wanted = System.getProperty(PROPERTY, "");
        return switch (wanted) {
            case "registers" -> true;
            case "table" -> false;
            case "" ->
                FloatVector.SPECIES_PREFERRED.vectorBitSize() == 512
                        && Runtime.version().feature() >= FIRST_JDK_WITH_MASK_INSTRUCTION;
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + " must be registers or table: " + PROPERTY + "=" + wanted);
        };
    }

    private static int[] table() {
        int[] table = new int[COUNT << COUNT];
        for (int bits = 0; bits <= LANE_BITS; bits++) {
            for (int lane = 0; lane < COUNT; lane++) {
                table[(bits << TABLE_SHIFT) + lane] = -(bits >>> lane & 1);
            }
        }
        return table;
    }
}
