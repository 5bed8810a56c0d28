package org.pernodedrop.kernels.cpu;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Locale;
import org.pernodedrop.mask.Mask;

/**
 * The arithmetic of PerNodeDrop products on one tile. The scalar implementation ({@link ScalarTiles}) and the one in the
 * Vector API ({@code VectorTiles}) give the same bits, which fixes the order of every sum:
 *
 * <ul>
 *   <li>forward sums run over i in ascending order, one fused multiply-add {@code fma(x, w m, sum)} each;
 *   <li>weight gradients run over b in ascending order, {@code fma(x, dz m, sum)};
 *   <li>input gradients are {@value #PARTIALS} partial sums, by u modulo {@value #PARTIALS}, each over u in ascending
 *       order, {@code fma(w, dz m, sum)}.
 * </ul>
 *
 * Bernoulli masks enter as kept bits (m = 0 or 1; the caller scales the sums), other noise as multipliers. A tile has
 * {@value #SAMPLES} samples and {@value #OUTPUTS} outputs; inputs come in quads, since one Philox call serves four. The
 * operands that a tile packs lie in {@link TileScratch}, which describes their layout.
 */
interface Tiles {
    /** System property that demands an implementation: {@code vector} or {@code scalar}. */
    String PROPERTY = "pernodedrop.cpu.tiles";

    /** Samples of a tile. */
    int SAMPLES = 16;

    /** Outputs of a tile: the bits of a word. */
    int OUTPUTS = 32;

    /** Inputs that one Philox call serves. */
    int QUAD = 4;

    /** Inputs of a forward tile at most. */
    int INPUTS = 64;

    /** Quads that one call draws at most. */
    int DRAWN_QUADS = INPUTS / QUAD;

    /** Partial sums of one input gradient. */
    int PARTIALS = 16;

    /**
     * The implementation for this JVM: {@code VectorTiles} if the Vector API's module is there, else {@link ScalarTiles},
     * unless {@value #PROPERTY} demands one.
     *
     * @throws IllegalArgumentException if the property has another value
     * @throws IllegalStateException if {@code vector} is demanded and the module is missing
     */
    static Tiles choose() {
        String wanted = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
        return switch (wanted) {
            case "scalar" -> new ScalarTiles();
            case "vector" -> {
                if (!vectorApiAvailable()) {
                    throw new IllegalStateException(PROPERTY + "=vector needs the Vector API; start java with"
                            + " --add-modules jdk.incubator.vector");
                }
                yield vector();
            }
            case "" -> vectorApiAvailable() ? vector() : new ScalarTiles();
            default ->
                throw new IllegalArgumentException(PROPERTY + " must be vector or scalar: " + PROPERTY + "=" + wanted);
        };
    }

    /** Whether the Vector API's module was resolved at start-up; only then the compiler knows its operations. */
    static boolean vectorApiAvailable() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** The vector implementation. Loaded by name, as its class cannot be linked without the module. */
    static Tiles vector() {
        try {
            return (Tiles) Class.forName(Tiles.class.getPackageName() + ".VectorTiles")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the vector implementation failed to start: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the vector implementation is missing from this build: " + e, e);
        }
    }

    /** Name of the implementation, for people. */
    String describe();

    /**
     * Draws kept bits of samples {@code first .. first + 15} for some quads of inputs and some blocks of 32 outputs, one
     * tile per block, block after block: together at most {@value #DRAWN_QUADS} quads.
     *
     * @param quad number of the first quad: its inputs are 4 quad .. 4 quad + 3
     * @param block number of the first block: its outputs are 32 block .. 32 block + 31
     */
    void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch);

    /** As {@link #drawKept}; the identity keeps all. */
    default void drawOrKeepAll(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch) {
        if (mask.spec().isIdentity()) {
            Arrays.fill(scratch.kept, -1);
        } else {
            drawKept(mask, first, quad, quads, block, blocks, scratch);
        }
    }

    /**
     * Draws kept bits of one sample for up to 16 quads of inputs and some blocks of 32 outputs, at most 16: {@code kept[64 k
     * + 16 j + q]} are those of input {@code 4 (quad + q) + j} and block {@code block + k}. Words of quads beyond the wanted
     * ones are left undefined.
     *
     * @param quad number of the first quad, a multiple of the smallest power of two that holds {@code quads}
     */
    void drawSample(Mask mask, int sample, int quad, int quads, int block, int blocks, TileScratch scratch);

    /** Index of the word of input i among those of {@link #drawSample}, from its block's first. */
    static int wordOf(int i) {
        return i % QUAD * SAMPLES + i / QUAD;
    }

    /** Draws multipliers of samples {@code first .. first + samples - 1} for one quad and one block; others keep old values. */
    void drawMultipliers(Mask mask, int first, int samples, int quad, int block, TileScratch scratch);

    /**
     * {@code sums[b, u] += sum_j x[b, j] w[j, u] kept[j, b, u]} for j below inputs.
     *
     * @param sumsAt where the tile's sums begin
     */
    void forwardKept(TileScratch scratch, int sumsAt, int inputs);

    /** {@code sums[b, u] += sum_j x[b, from + j] w[from + j, u] m[j, b, u]} for j below inputs, at most a quad. */
    void forwardMultipliers(TileScratch scratch, int sumsAt, int from, int inputs);

    /**
     * Rows of a matrix, or of a part of it.
     *
     * @param at where the first row begins
     * @param stride from a row to the next
     */
    record Rows(float[] values, int at, int stride) {
        int at(int row) {
            return at + row * stride;
        }

        /** The same rows from a column on. */
        Rows from(int column) {
            return new Rows(values, at + column, stride);
        }
    }

    /**
     * {@code to[i, u] = from[i, u] kept[i, u]} for i below rows and u below columns, at most 64 and 32, with bits as {@link
     * #drawSample} leaves them from {@code keptAt}.
     */
    void setKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt);

    /** {@code to[i, u] += from[i, u] kept[i, u]}, as {@link #setKept}. */
    void addKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt);

    /**
     * One quad of inputs against one block of outputs: {@code dw[j, u] += sum_b dz[b, u] x[b, j] kept[j, b, u]} and {@code
     * partials[b, j, u mod 16] += dz[b, u] w[j, u] kept[j, b, u]}, for b below samples.
     *
     * @param dz rows of {@code width} floats
     * @param dzAt where the block begins in the first sample's row
     * @param wAt where the block begins in the first row of w and of dw, whose rows have {@code width} floats, too
     * @param keptAt where the tile's kept bits begin
     */
    void backwardKept(
            TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width, int[] kept, int keptAt);

    /** As {@link #backwardKept}, with the multipliers of the scratch. */
    void backwardMultipliers(TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width);

    /**
     * Adds up partial sums: {@code partials[16 r]} receives the sum of {@code partials[16 r .. 16 r + 15]} for r below
     * rows, as a tree: first those 8 apart, then 4, 2 and 1. The others are left undefined.
     */
    void sumPartials(float[] partials, int rows);
}
