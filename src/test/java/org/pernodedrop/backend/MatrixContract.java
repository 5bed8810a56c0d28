package org.pernodedrop.backend;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ordinary matrix products, against plain loops in doubles over the factors as they are rounded. */
public interface MatrixContract extends BackendFixture {
    /** NaN, infinities, and numbers beyond the largest bf16. */
    float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE};

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 207, 13",
        "207, 1, 3",
        "3, 13, 1",
        "13, 3, 207",
        "32, 33, 64",
        "33, 32, 100",
        "64, 207, 33",
        "207, 100, 64",
        "100, 207, 207"
    })
    default void matrixProducts(int m, int n, int k) {
        for (int transposes = 0; transposes < 4; transposes++) {
            boolean transposeA = (transposes & 1) != 0;
            boolean transposeB = (transposes & 2) != 0;
            matrixProduct(transposeA, transposeB, m, n, k, 1f, 0f);
            matrixProduct(transposeA, transposeB, m, n, k, -0.5f, 1f);
            matrixProduct(transposeA, transposeB, m, n, k, 2f, 0.25f);
        }
    }

    private void matrixProduct(boolean transposeA, boolean transposeB, int m, int n, int k, float alpha, float beta) {
        float[] a = Numbers.floats(1, m * k);
        float[] b = Numbers.floats(2, k * n);
        float[] c = Numbers.floats(3, m * n);
        double[] leftFactor = ReferenceRounding.of(matrixFactors(), a);
        double[] rightFactor = ReferenceRounding.of(matrixFactors(), b);
        double[] expected = new double[m * n];
        double[] scale = new double[m * n];
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                int target = row * n + column;
                double before = beta == 0 ? 0 : beta * c[target];
                double sum = 0;
                double sizes = 0;
                for (int i = 0; i < k; i++) {
                    double term = leftFactor[transposeA ? i * m + row : row * k + i]
                            * rightFactor[transposeB ? column * k + i : i * n + column];
                    sum += term;
                    sizes += Math.abs(term);
                }
                expected[target] = alpha * sum + before;
                scale[target] = Math.abs(alpha) * sizes + Math.abs(before);
            }
        }
        Guarded result = beta == 0 ? empty(m * n) : on(c);
        backend()
                .matrices()
                .product(transposeA, transposeB, m, n, k, alpha, on(a).buffer, on(b).buffer, beta, result.buffer);
        Numbers.assertNear(
                "C, transposeA=" + transposeA + ", transposeB=" + transposeB + ", alpha=" + alpha + ", beta=" + beta,
                expected,
                scale,
                Numbers.sumTolerance(k) + matrixTolerance(),
                result.read());
    }

    /** NaN and infinity stay what they are; a number beyond the largest that factors have becomes infinite. */
    @Test
    default void factorsThatAreNotFiniteStaySo() {
        // Where factors are not known to the bit, neither is the largest that stays finite.
        float[] special = Arrays.copyOf(SPECIAL, matrixTolerance() > 0 ? 3 : SPECIAL.length);
        int count = special.length;
        float[] quarter = {0.25f};
        Guarded left = empty(count);
        backend()
                .matrices()
                .product(false, false, count, 1, 1, 1, on(special).buffer, on(quarter).buffer, 0, left.buffer);
        Guarded right = empty(count);
        backend()
                .matrices()
                .product(false, false, 1, count, 1, 1, on(quarter).buffer, on(special).buffer, 0, right.buffer);
        ReferenceRounding.assertSpecial(matrixFactors(), special, 0.25, left.read());
        ReferenceRounding.assertSpecial(matrixFactors(), special, 0.25, right.read());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1", "3, 13, 5, 7", "7, 1, 33, 64", "2, 64, 31, 100"})
    default void batchesOfProductsAreProducts(int batch, int m, int n, int k) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                float[] a = Numbers.floats(1, batch * m * k);
                float[] b = Numbers.floats(2, batch * k * n);
                double[] leftFactor = ReferenceRounding.of(matrixFactors(), a);
                double[] rightFactor = ReferenceRounding.of(matrixFactors(), b);
                double[] expected = new double[batch * m * n];
                double[] scale = new double[expected.length];
                for (int at = 0; at < expected.length; at++) {
                    int j = at / n / m;
                    int row = at / n % m;
                    int column = at % n;
                    for (int t = 0; t < k; t++) {
                        double left = leftFactor[j * m * k + (transposeA ? t * m + row : row * k + t)];
                        double right = rightFactor[j * k * n + (transposeB ? column * k + t : t * n + column)];
                        expected[at] += left * right;
                        scale[at] += Math.abs(left * right);
                    }
                }
                Guarded c = empty(expected.length);
                backend()
                        .matrices()
                        .batchedProduct(transposeA, transposeB, batch, m, n, k, on(a).buffer, on(b).buffer, c.buffer);
                Numbers.assertNear("c", expected, scale, Numbers.sumTolerance(k) + matrixTolerance(), c.read());
            }
        }
    }
}
