package org.pernodedrop.data;

/**
 * Scales every feature to mean 0 and standard deviation 1: {@code x' = (x - mean) / deviation}, with mean and deviation
 * of the part that it was fitted to.
 *
 * <p>Computed in double precision in the order of the examples, so the result is the same on every machine. The
 * variance is the sum of squares divided by the number of examples. A feature that is constant in the fitted part has
 * deviation 1.
 *
 * <p>In images (examples of two or more dimensions) a deviation is at least a quarter of the root mean square of all
 * deviations: a pixel that is lit once in the fitted part, as at MNIST's borders, would otherwise be scaled to hundreds
 * or thousands in another part.
 */
public final class Standardizer {
    private static final double IMAGE_FLOOR = 0.25;

    private final double[] mean;
    private final double[] deviation;

    private Standardizer(double[] mean, double[] deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * A standardizer with given mean and deviation.
     *
     * @param mean of every feature
     * @param deviation of every feature, above 0
     * @throws IllegalArgumentException if their lengths differ
     */
    public static Standardizer of(double[] mean, double[] deviation) {
        if (mean.length != deviation.length) {
            throw new IllegalArgumentException("mean and deviation must be as many: mean.length=" + mean.length
                    + ", deviation.length=" + deviation.length);
        }
        return new Standardizer(mean.clone(), deviation.clone());
    }

    /** Fits mean and deviation of every feature to a part, which should be the training part. */
    public static Standardizer fit(Dataset part) {
        int width = part.featureCount();
        float[] features = part.features();
        double[] mean = new double[width];
        for (int start = 0; start < features.length; start += width) {
            for (int j = 0; j < width; j++) {
                mean[j] += features[start + j];
            }
        }
        for (int j = 0; j < width; j++) {
            mean[j] /= part.examples();
        }
        double[] deviation = new double[width];
        for (int start = 0; start < features.length; start += width) {
            for (int j = 0; j < width; j++) {
                double difference = features[start + j] - mean[j];
                deviation[j] += difference * difference;
            }
        }
        double floor = part.exampleShape().length < 2 ? 0 : IMAGE_FLOOR * rootMean(deviation, part.examples());
        for (int j = 0; j < width; j++) {
            // Exactly 0 for a constant feature: the double sum of fewer than 2^29 equal floats is exact, and so is the
            // mean.
            deviation[j] = deviation[j] == 0 ? 1 : Math.max(floor, Math.sqrt(deviation[j] / part.examples()));
        }
        return new Standardizer(mean, deviation);
    }

    private static double rootMean(double[] squares, int examples) {
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum / squares.length / examples);
    }

    /**
     * Standardises a part in place, without a second copy of its features.
     *
     * @param part with as many features as the fitted part
     * @throws IllegalArgumentException if the numbers of features differ
     * @throws DataException if a scaled value overflows a float
     */
    public void apply(Dataset part) {
        int width = mean.length;
        if (part.featureCount() != width) {
            throw new IllegalArgumentException(
                    "part must have the " + width + " features of the fitted part: features=" + part.featureCount());
        }
        apply(part.name(), part.features());
    }

    /**
     * Standardises rows in place.
     *
     * @param name of the rows in messages
     * @param features {@code [rows, features]}, whole rows
     * @throws DataException as {@link #apply(Dataset)}
     */
    public void apply(String name, float[] features) {
        int width = mean.length;
        for (int start = 0; start < features.length; start += width) {
            for (int j = 0; j < width; j++) {
                float value = scaled(features[start + j], j);
                if (!Float.isFinite(value)) {
                    throw new DataException("standardised features must be finite: " + name + ", feature " + j
                            + ", value " + features[start + j] + " against mean " + mean[j] + " and deviation "
                            + deviation[j] + " of the training part; remove or rescale the feature");
                }
                features[start + j] = value;
            }
        }
    }

    /**
     * Standardises rows in place without a check: a scaled value that overflows a float becomes infinite.
     *
     * @param features {@code [rows, features]}, whole rows
     */
    public void scale(float[] features) {
        for (int k = 0; k < features.length; k++) {
            features[k] = scaled(features[k], k % mean.length);
        }
    }

    private float scaled(float value, int feature) {
        return (float) ((value - mean[feature]) / deviation[feature]);
    }

    /** Mean of every feature. */
    public double[] mean() {
        return mean.clone();
    }

    /** Deviation of every feature. */
    public double[] deviation() {
        return deviation.clone();
    }
}
