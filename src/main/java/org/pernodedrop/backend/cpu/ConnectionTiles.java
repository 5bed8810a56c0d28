package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.mask.Mask;

/**
 * The arithmetic of PerNodeDrop products on one tile. Twins ({@link PlainConnectionTiles}, and {@code SimdConnectionTiles}
 * in the Vector API) must give the same bits; that fixes the order of every sum:
 *
 * <ul>
 *   <li>forward sums run over i in ascending order, one fused multiply-add {@code fma(x, w m, sum)} each;
 *   <li>weight gradients run over b in ascending order, {@code fma(x, dz m, sum)};
 *   <li>input gradients are {@value #PARTIALS} partial sums, by u modulo {@value #PARTIALS}, each over u in ascending
 *       order, {@code fma(w, dz m, sum)}.
 * </ul>
 *
 * Bernoulli masks enter as kept bits (m = 0 or 1; the caller scales the sums), other noise as multipliers. A tile has
 * {@value #SAMPLES} samples and {@value #OUTPUTS} outputs, and inputs come in quads, as one Philox call serves
 * four. Layouts, with j the number of an input from the first of the tile:
 *
 * <pre>
 *   kept[16 j + b]               bit u of the word: is (b, j, u) kept?
 *   multipliers[(16 j + b) 32 + u]
 *   sums[32 b + u]               x[64 b + j]      w[32 j + u]
 * </pre>
 */
interface ConnectionTiles {
    /** Samples of a tile. */
    int SAMPLES = 16;

    /** Outputs of a tile: the bits of a word. */
    int OUTPUTS = 32;

    /** Inputs that one Philox call serves. */
    int QUAD = 4;

    /** Most inputs of a forward tile. */
    int INPUTS = 64;

    /** Most quads that are drawn at a time. */
    int DRAWN_QUADS = INPUTS / QUAD;

    /** Partial sums of one input gradient. */
    int PARTIALS = 16;

    /** Which twin, in a few words. */
    String describe();

    /**
     * Draws kept bits of samples {@code first .. first + 15} for some quads of inputs and some blocks of 32 outputs, one
     * tile a block, block after block: together at most {@value #DRAWN_QUADS} quads.
     *
     * @param quad number of the first quad: its inputs are 4 quad .. 4 quad + 3
     * @param block number of the first block: its outputs are 32 block .. 32 block + 31
     */
    void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch);

    /** The same where nothing may be dropped, too: then all are kept. */
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

    /** Draws multipliers of samples {@code first .. first + samples - 1} for one quad and one block; others keep old values. */
    void drawMultipliers(Mask mask, int first, int samples, int quad, int block, TileScratch scratch);

    /** {@code sums[b, u] += sum_j x[b, j] w[j, u] kept[j, b, u]} for j below inputs. */
    void forwardKept(float[] sums, int sumsAt, float[] x, float[] w, int inputs, int[] kept);

    /** {@code sums[b, u] += sum_j x[b, from + j] w[from + j, u] m[j, b, u]} for j below inputs, at most a quad. */
    void forwardMultipliers(float[] sums, int sumsAt, float[] x, float[] w, int from, int inputs, float[] multipliers);

    /**
     * {@code to[i, u] = from[i, u] kept[i, u]} for i below rows and u below columns, at most 64 and 32, with bits as {@link
     * #drawSample} leaves them from {@code keptAt}.
     */
    void setKept(
            float[] from,
            int at,
            int stride,
            int rows,
            int columns,
            int[] kept,
            int keptAt,
            float[] to,
            int toAt,
            int toStride);

    /** {@code to[i, u] += from[i, u] kept[i, u]}, as {@link #setKept}. */
    void addKept(
            float[] from,
            int at,
            int stride,
            int rows,
            int columns,
            int[] kept,
            int keptAt,
            float[] to,
            int toAt,
            int toStride);

    /** Where the word of input i is among those of {@link #drawSample}, from its block's first. */
    static int wordOf(int i) {
        return i % QUAD * SAMPLES + i / QUAD;
    }

    /**
     * Adds up partial sums: {@code partials[16 r]} receives the sum of {@code partials[16 r .. 16 r + 15]} for r below
     * rows, as a tree: first those 8 apart, then 4, 2 and 1. The others are left undefined.
     */
    void sumPartials(float[] partials, int rows);

    /**
     * One quad of inputs against one block of outputs: {@code dw[j, u] += sum_b dz[b, u] x[b, j] kept[j, b, u]} and
     * {@code dx[b, j, u mod 16] += dz[b, u] w[j, u] kept[j, b, u]}, for b below samples.
     *
     * @param dz rows of {@code stride} floats, from {@code dzAt}
     * @param x {@code [16, 4]}
     * @param w and dw: rows of {@code width} floats, from {@code wAt}
     * @param dx partial sums {@code [16, 4, 16]}
     * @param keptAt where the tile's kept bits begin
     */
    void backwardKept(
            float[] dz,
            int dzAt,
            int stride,
            int samples,
            float[] x,
            float[] w,
            float[] dw,
            int wAt,
            int width,
            float[] dx,
            int[] kept,
            int keptAt);

    /** As {@link #backwardKept}, with multipliers. */
    void backwardMultipliers(
            float[] dz,
            int dzAt,
            int stride,
            int samples,
            float[] x,
            float[] w,
            float[] dw,
            int wAt,
            int width,
            float[] dx,
            float[] multipliers);
}
