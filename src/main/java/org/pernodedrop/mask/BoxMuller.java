package org.pernodedrop.mask;

/**
 * Standard normals from random words, by cuRAND's Box-Muller transform on a pair of words (v, w):
 *
 * <pre>
 *   a = v 2^-32 + 2^-33      c = (w 2^-32 + 2^-33) 2 pi      s = sqrt(-2 ln a)      z = (s sin c, s cos c)
 * </pre>
 *
 * <p>Computed in single precision with polynomials, operation by operation as a vector unit can do it, so that the
 * scalar and vector implementations of the CPU backend give the same bits. The rounding of a to single precision is
 * part of the definition, as in cuRAND, and matters near a = 1; given that a, values agree with exact arithmetic within
 * 1e-5, and |z| is at most 6.77.
 */
public final class BoxMuller {
    /** 2^-32. */
    public static final float UNIT = 0x1p-32f;

    /** 2^-33, half a unit: keeps a and c above 0. */
    public static final float HALF_UNIT = 0x1p-33f;

    /** Upper part of ln 2, with so few bits that its products with exponents are exact. */
    public static final float LN2_HIGH = 0.693359375f;

    /** {@code ln 2 - } {@link #LN2_HIGH}. */
    public static final float LN2_LOW = -2.12194440e-4f;

    /** Bits of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2)). */
    public static final int SQRT_HALF_BITS = 0x3F3504F3;

    /** Number of coefficients of the polynomial for the logarithm. */
    public static final int LOG_COEFFICIENTS = 9;

    private static final float HALF_PI = (float) (Math.PI / 2);

    // ln(1 + r) = r - r^2/2 + r^3 P(r) on [sqrt(1/2) - 1, sqrt(2) - 1], highest power first (Cephes, logf).
    private static final float[] LOG = {
        7.0376836292e-2f,
        -1.1514610310e-1f,
        1.1676998740e-1f,
        -1.2420140846e-1f,
        1.4249322787e-1f,
        -1.6668057665e-1f,
        2.0000714765e-1f,
        -2.4999993993e-1f,
        3.3333331174e-1f
    };

    // sin y = y + y^3 S(y^2), cos y = 1 - y^2/2 + y^4 C(y^2) on [-pi/4, pi/4], highest power first (Cephes, sinf,
    // cosf).
    private static final float[] SIN = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
    private static final float[] COS = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};

    private BoxMuller() {}

    /** Coefficient k of the polynomial for the logarithm, highest power first, for vector implementations. */
    public static float logCoefficient(int k) {
        return LOG[k];
    }

    /** Coefficient k of the polynomial for the sine, highest power first. */
    public static float sinCoefficient(int k) {
        return SIN[k];
    }

    /** Coefficient k of the polynomial for the cosine, highest power first. */
    public static float cosCoefficient(int k) {
        return COS[k];
    }

    /** {@code word 2^-32 + 2^-33} in single precision, in (0, 1]; the same bits as cuRAND's uniforms. */
    public static float uniform(int word) {
        // Two exact halves and one rounding: correct for unsigned words, in steps that vector units have.
        float value = Math.fma((float) (word >>> 16), 65536f, (float) (word & 0xFFFF));
        return Math.fma(value, UNIT, HALF_UNIT);
    }

    /** {@code sqrt(-2 ln a)} for a = {@link #uniform} of the word. */
    public static float radius(int word) {
        int bits = Float.floatToRawIntBits(uniform(word)) - SQRT_HALF_BITS;
        float exponent = (float) (bits >> 23);
        float r = Float.intBitsToFloat((bits & 0x7FFFFF) + SQRT_HALF_BITS) - 1f;
        float square = r * r;
        float p = LOG[0];
        for (int k = 1; k < LOG_COEFFICIENTS; k++) {
            p = Math.fma(p, r, LOG[k]);
        }
        float tail = Math.fma(p * r, square, exponent * LN2_LOW);
        tail = Math.fma(-0.5f, square, tail);
        float log = Math.fma(exponent, LN2_HIGH, r + tail);
        return (float) Math.sqrt(Math.max(0f, -2f * log));
    }

    /** Sine of the angle of a word; times the radius it is z of the first word of a pair. */
    public static float sine(int word) {
        float quarters = uniform(word) * 4f;
        int quadrant = (int) (quarters + 0.5f);
        return quadrantSine(quarters - quadrant, quadrant);
    }

    /** Cosine of the angle of a word; times the radius it is z of the second word of a pair. */
    public static float cosine(int word) {
        float quarters = uniform(word) * 4f;
        int quadrant = (int) (quarters + 0.5f);
        return quadrantSine(quarters - quadrant, quadrant + 1);
    }

    // sin((rest + quadrant) pi / 2) for rest in [-1/2, 1/2].
    private static float quadrantSine(float rest, int quadrant) {
        float y = rest * HALF_PI;
        float square = y * y;
        float value;
        if ((quadrant & 1) == 0) {
            float p = Math.fma(Math.fma(SIN[0], square, SIN[1]), square, SIN[2]);
            value = Math.fma(p * square, y, y);
        } else {
            float p = Math.fma(Math.fma(COS[0], square, COS[1]), square, COS[2]);
            value = Math.fma(p * square, square, Math.fma(-0.5f, square, 1f));
        }
        return (quadrant & 2) == 0 ? value : -value;
    }
}
