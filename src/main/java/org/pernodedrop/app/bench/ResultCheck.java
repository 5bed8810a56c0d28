package org.pernodedrop.app.bench;

import java.util.SplittableRandom;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;

/**
 * Compares the results of a pass with the definition at random positions: sums in double precision over the actual
 * inputs and weights, with mask values from {@link Mask}, which shares no code with the timed implementations.
 *
 * <p>An error is relative to the sum of the magnitudes of the terms, so that it does not grow where terms cancel.
 */
final class ResultCheck {
    /** How many values of each of z, y, dz, db, dx and dw are compared. */
    static final int VALUES = 48;

    private static final long SEED = 48;

    private final ConnectionShape shape;
    private final float[] x;
    private final float[] w;
    private final float[] bias;
    private final float[] z;
    private final float[] y;
    private final float[] dy;
    private final float[] dz;
    private final float[] dx;
    private final float[] dw;
    private final float[] db;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private TimedPass pass;
    private double worst;

    /** A multiplier by sample, input and output. */
    interface Multiplier {
        double at(int sample, int input, int output);
    }

    /** Downloads the current contents of the buffers. */
    ResultCheck(LayerBuffers buffers) {
        Backend backend = buffers.backend;
        shape = buffers.shape;
        x = backend.memory().download(buffers.x);
        w = backend.memory().download(buffers.w);
        bias = backend.memory().download(buffers.bias);
        z = backend.memory().download(buffers.z);
        y = backend.memory().download(buffers.y);
        dy = backend.memory().download(buffers.dy);
        dz = backend.memory().download(buffers.dz);
        dx = backend.memory().download(buffers.dx);
        dw = backend.memory().download(buffers.dw);
        db = backend.memory().download(buffers.db);
    }

    /**
     * Checks a layer that multiplies connections, and y by a node mask if there is one.
     *
     * @return the largest error
     * @throws WrongResultException if it is above the precision's tolerance
     */
    double products(TimedPass checked, Multiplier connections, LayerMask nodes) {
        pass = checked;
        Mask node = nodes == null ? null : nodes.current();
        for (int value = 0; value < VALUES; value++) {
            int row = random.nextInt(shape.rows());
            int i = random.nextInt(shape.inputs());
            int u = random.nextInt(shape.outputs());
            checkActivation(row, u, node == null ? 1 : node.value(row, 0, u));
            checkForward(row, u, connections);
            checkInputGradient(row, i, connections);
            checkWeightGradient(i, u, connections);
        }
        return worst;
    }

    /**
     * Checks a layer with noise at its outputs: {@code z = a + s e}, where a is what the layer gives without noise
     * and {@code s^2 = v sum_i (x w)^2} with the variance v of a mask value. The e of each output is taken from z
     * itself: it must look standard normal, and the gradients must be those of this z.
     *
     * @return the largest error of a gradient
     * @throws WrongResultException if that is above the precision's tolerance, or the noise is not standard normal
     */
    double reparameterized(TimedPass checked, MaskSpec spec) {
        pass = checked;
        OutputNoise noise = new OutputNoise(shape, spec.variance(), x, w, bias, z);
        for (int value = 0; value < OutputNoise.VALUES; value++) {
            int row = random.nextInt(shape.rows());
            int i = random.nextInt(shape.inputs());
            int u = random.nextInt(shape.outputs());
            checkActivation(row, u, 1);
            Sum input = new Sum();
            for (int o = 0; o < shape.outputs(); o++) {
                input.add(dz[at(row, o)] * noise.slopeOfInput(row, i, o));
            }
            compare("dx", dx[row * shape.inputs() + i], input, ProductPrecision.tolerance(checked.precision()));
            Sum weight = new Sum();
            for (int r = 0; r < shape.rows(); r++) {
                weight.add(dz[at(r, u)] * noise.slopeOfWeight(r, i, u));
            }
            compare("dw", dw[i * shape.outputs() + u], weight, ProductPrecision.tolerance(checked.precision()));
        }
        String wrong = noise.refusal();
        if (wrong != null) {
            throw failure(wrong);
        }
        return worst;
    }

    private void checkActivation(int row, int u, double node) {
        int at = at(row, u);
        double exact = ProductPrecision.tolerance(Precision.FP32);
        compare("y", y[at], new Sum().add(Math.max(z[at], 0) * node), exact);
        compare("dz", dz[at], new Sum().add(z[at] > 0 ? dy[at] * node : 0), exact);
        Sum column = new Sum();
        for (int r = 0; r < shape.rows(); r++) {
            column.add(dz[at(r, u)]);
        }
        compare("db", db[u], column, exact);
    }

    private void checkForward(int row, int u, Multiplier connections) {
        Sum sum = new Sum().add(bias[u]);
        int sample = row / shape.positions();
        for (int i = 0; i < shape.inputs(); i++) {
            sum.add((double) x[row * shape.inputs() + i] * w[i * shape.outputs() + u] * connections.at(sample, i, u));
        }
        compare("z", z[at(row, u)], sum, ProductPrecision.tolerance(pass.precision()));
    }

    private void checkInputGradient(int row, int i, Multiplier connections) {
        Sum sum = new Sum();
        int sample = row / shape.positions();
        for (int u = 0; u < shape.outputs(); u++) {
            sum.add((double) dz[at(row, u)] * w[i * shape.outputs() + u] * connections.at(sample, i, u));
        }
        compare("dx", dx[row * shape.inputs() + i], sum, ProductPrecision.tolerance(pass.precision()));
    }

    private void checkWeightGradient(int i, int u, Multiplier connections) {
        Sum sum = new Sum();
        for (int sample = 0; sample < shape.samples(); sample++) {
            double multiplier = connections.at(sample, i, u);
            for (int t = 0; t < shape.positions(); t++) {
                int row = sample * shape.positions() + t;
                sum.add((double) dz[at(row, u)] * x[row * shape.inputs() + i] * multiplier);
            }
        }
        compare("dw", dw[i * shape.outputs() + u], sum, ProductPrecision.tolerance(pass.precision()));
    }

    private int at(int row, int u) {
        return row * shape.outputs() + u;
    }

    private void compare(String name, double actual, Sum expected, double tolerance) {
        double error = relativeError(actual, expected.value, expected.magnitude);
        if (!(error <= tolerance)) {
            throw failure(name + " is off by " + error + " of the magnitude of its terms, at most " + tolerance
                    + " is allowed");
        }
        worst = Math.max(worst, error);
    }

    private WrongResultException failure(String wrong) {
        return new WrongResultException("the results of " + pass.name() + " are wrong, so it is not timed: " + wrong
                + ": shape=" + ShapeText.of(shape));
    }

    /** {@code |a - b| / magnitude}; 0 where all are 0; NaN stays. */
    static double relativeError(double actual, double expected, double magnitude) {
        double distance = Math.abs(actual - expected);
        return distance == 0 ? 0 : distance / magnitude;
    }

    /** A sum of terms and the sum of their magnitudes. */
    private static final class Sum {
        double value;
        double magnitude;

        Sum add(double term) {
            value += term;
            magnitude += Math.abs(term);
            return this;
        }
    }

    /** An implementation of a layer computes wrong results. */
    static final class WrongResultException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongResultException(String message) {
            super(message);
        }
    }
}
