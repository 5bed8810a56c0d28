package org.pernodedrop.backend;

import org.pernodedrop.kernels.Activation;

/**
 * A masked dense layer and its gradients in doubles, by plain loops over an explicit mask:
 *
 * <pre>
 *   z[b,u] = sum_i x[b,i] w[i,u] m[b,i,u] + bias[u]      y = act(z)      dz = dy act'(z)
 *   dx[b,i] = sum_u dz w m      dw[i,u] = sum_b dz x m      db[u] = sum_b dz
 * </pre>
 *
 * <p>Beside every sum stands the sum of its terms' absolute values, which rounding errors are in proportion to.
 */
public final class ReferenceProducts {
    public final double[] z;
    public final double[] y;
    public final double[] dz;
    public final double[] dx;
    public final double[] dw;
    public final double[] db;
    public final double[] zScale;
    public final double[] dxScale;
    public final double[] dwScale;

    /**
     * Computes everything.
     *
     * @param bias {@code [U]}, or null for none
     * @param dy gradient of the loss by y, {@code [B, U]}
     * @param mask multipliers {@code [B, I, U]}
     */
    public ReferenceProducts(
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            double[] x,
            double[] w,
            double[] bias,
            double[] dy,
            double[] mask) {
        z = new double[samples * outputs];
        y = new double[samples * outputs];
        dz = new double[samples * outputs];
        dx = new double[samples * inputs];
        dw = new double[inputs * outputs];
        db = new double[outputs];
        zScale = new double[z.length];
        dxScale = new double[dx.length];
        dwScale = new double[dw.length];
        for (int b = 0; b < samples; b++) {
            for (int u = 0; u < outputs; u++) {
                int k = b * outputs + u;
                z[k] = bias == null ? 0 : bias[u];
                zScale[k] = Math.abs(z[k]);
                for (int i = 0; i < inputs; i++) {
                    double term = x[b * inputs + i] * w[i * outputs + u] * mask[(b * inputs + i) * outputs + u];
                    z[k] += term;
                    zScale[k] += Math.abs(term);
                }
                y[k] = ReferenceActivations.value(activation, z[k]);
                dz[k] = dy[k] * ReferenceActivations.derivative(activation, z[k]);
                db[u] += dz[k];
                for (int i = 0; i < inputs; i++) {
                    double d = dz[k] * mask[(b * inputs + i) * outputs + u];
                    dx[b * inputs + i] += d * w[i * outputs + u];
                    dxScale[b * inputs + i] += Math.abs(d * w[i * outputs + u]);
                    dw[i * outputs + u] += d * x[b * inputs + i];
                    dwScale[i * outputs + u] += Math.abs(d * x[b * inputs + i]);
                }
            }
        }
    }
}
