package org.pernodedrop.kernels.cpu;

import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/** The scalar implementation, for machines and JDKs without the Vector API. */
final class ScalarTiles implements Tiles {
    @Override
    public String describe() {
        return "plain Java (for the Vector API start java with --add-modules jdk.incubator.vector)";
    }

    @Override
    public void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch) {
        int[] kept = scratch.callKept;
        int at = 0;
        for (int tile = 0; tile < blocks; tile++) {
            for (int q = 0; q < quads; q++) {
                for (int b = 0; b < SAMPLES; b++) {
                    mask.keptBits(first + b, (quad + q) * QUAD, block + tile, scratch.callWords, kept);
                    for (int j = 0; j < QUAD; j++) {
                        scratch.kept[at + j * SAMPLES + b] = kept[j];
                    }
                }
                at += QUAD * SAMPLES;
            }
        }
    }

    @Override
    public void drawSample(Mask mask, int sample, int quad, int quads, int block, int blocks, TileScratch scratch) {
        int[] kept = scratch.callKept;
        for (int k = 0; k < blocks; k++) {
            for (int q = 0; q < quads; q++) {
                mask.keptBits(sample, (quad + q) * QUAD, block + k, scratch.callWords, kept);
                for (int j = 0; j < QUAD; j++) {
                    scratch.kept[k * PackedTiles.CELL + j * SAMPLES + q] = kept[j];
                }
            }
        }
    }

    @Override
    public void drawMultipliers(Mask mask, int first, int samples, int quad, int block, TileScratch scratch) {
        boolean partial = mask.spec().noise() == Noise.PARTIAL_GAUSSIAN;
        if (partial) {
            drawKept(mask, first, quad, 1, block, 1, scratch);
        }
        float[] normals = scratch.callNormals;
        for (int b = 0; b < samples; b++) {
            for (int u = 0; u < OUTPUTS; u++) {
                mask.normals(first + b, quad * QUAD, block * OUTPUTS + u, scratch.callWords, normals);
                for (int j = 0; j < QUAD; j++) {
                    int row = j * SAMPLES + b;
                    boolean kept = partial && (scratch.kept[row] >>> u & 1) != 0;
                    scratch.multipliers[row * OUTPUTS + u] = kept ? 1f : mask.perturbed(normals[j]);
                }
            }
        }
    }

    @Override
    public void forwardKept(TileScratch scratch, int sumsAt, int inputs) {
        float[] sums = scratch.forwardSums;
        float[] x = scratch.forwardX;
        float[] w = scratch.forwardW;
        for (int j = 0; j < inputs; j++) {
            for (int b = 0; b < SAMPLES; b++) {
                float value = x[b * INPUTS + j];
                int bits = scratch.kept[j * SAMPLES + b];
                int at = sumsAt + b * OUTPUTS;
                for (int u = 0; u < OUTPUTS; u++) {
                    sums[at + u] = Math.fma(value, ifKept(w[j * OUTPUTS + u], bits, u), sums[at + u]);
                }
            }
        }
    }

    @Override
    public void forwardMultipliers(TileScratch scratch, int sumsAt, int from, int inputs) {
        float[] sums = scratch.forwardSums;
        float[] w = scratch.forwardW;
        float[] multipliers = scratch.multipliers;
        for (int j = 0; j < inputs; j++) {
            int row = (from + j) * OUTPUTS;
            for (int b = 0; b < SAMPLES; b++) {
                float value = scratch.forwardX[b * INPUTS + from + j];
                int m = (j * SAMPLES + b) * OUTPUTS;
                int at = sumsAt + b * OUTPUTS;
                for (int u = 0; u < OUTPUTS; u++) {
                    sums[at + u] = Math.fma(value, w[row + u] * multipliers[m + u], sums[at + u]);
                }
            }
        }
    }

    @Override
    public void setKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt) {
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + Tiles.wordOf(i)];
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < columns; u++) {
                targets[target + u] = ifKept(sources[source + u], bits, u);
            }
        }
    }

    @Override
    public void addKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt) {
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + Tiles.wordOf(i)];
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < columns; u++) {
                targets[target + u] += ifKept(sources[source + u], bits, u);
            }
        }
    }

    @Override
    public void sumPartials(float[] partials, int rows) {
        for (int row = 0; row < rows; row++) {
            int at = row * PARTIALS;
            for (int half = PARTIALS / 2; half > 0; half /= 2) {
                for (int l = 0; l < half; l++) {
                    partials[at + l] += partials[at + half + l];
                }
            }
        }
    }

    @Override
    public void backwardKept(
            TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width, int[] kept, int keptAt) {
        float[] x = scratch.backwardX;
        float[] w = scratch.backwardW;
        float[] dw = scratch.backwardDw;
        float[] partials = scratch.partials;
        for (int b = 0; b < samples; b++) {
            for (int j = 0; j < QUAD; j++) {
                int bits = kept[keptAt + j * SAMPLES + b];
                for (int half = 0; half < OUTPUTS; half += PARTIALS) {
                    int row = wAt + j * width + half;
                    int z = dzAt + b * width + half;
                    int at = (b * QUAD + j) * PARTIALS;
                    float value = x[b * QUAD + j];
                    for (int u = 0; u < PARTIALS; u++) {
                        float d = ifKept(dz[z + u], bits, half + u);
                        dw[row + u] = Math.fma(value, d, dw[row + u]);
                        partials[at + u] = Math.fma(w[row + u], d, partials[at + u]);
                    }
                }
            }
        }
    }

    @Override
    public void backwardMultipliers(TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width) {
        float[] x = scratch.backwardX;
        float[] w = scratch.backwardW;
        float[] dw = scratch.backwardDw;
        float[] partials = scratch.partials;
        float[] multipliers = scratch.multipliers;
        for (int b = 0; b < samples; b++) {
            for (int j = 0; j < QUAD; j++) {
                int m = (j * SAMPLES + b) * OUTPUTS;
                for (int half = 0; half < OUTPUTS; half += PARTIALS) {
                    int row = wAt + j * width + half;
                    int z = dzAt + b * width + half;
                    int at = (b * QUAD + j) * PARTIALS;
                    float value = x[b * QUAD + j];
                    for (int u = 0; u < PARTIALS; u++) {
                        float d = dz[z + u] * multipliers[m + half + u];
                        dw[row + u] = Math.fma(value, d, dw[row + u]);
                        partials[at + u] = Math.fma(w[row + u], d, partials[at + u]);
                    }
                }
            }
        }
    }

    private static float ifKept(float value, int bits, int u) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) & -(bits >>> u & 1));
    }
}
