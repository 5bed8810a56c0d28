package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.mask.Mask;

/** The products of a PerNodeDrop layer with connection masks that are drawn on the way. */
final class ConnectionProducts {
    private final WorkerPool pool;

    ConnectionProducts(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code z[b, u] = sum_i x[b, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y = act(z)}. */
    void forward(
            Mask mask,
            int firstSample,
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            CpuFloats x,
            CpuFloats w,
            CpuFloats bias,
            CpuFloats z,
            CpuFloats y) {
        pool.run(samples, (b, worker) -> {
            for (int u = 0; u < outputs; u++) {
                float sum = 0;
                for (int i = 0; i < inputs; i++) {
                    sum += x.array[x.offset + b * inputs + i]
                            * w.array[w.offset + i * outputs + u]
                            * mask.value(firstSample + b, i, u);
                }
                z.array[z.offset + b * outputs + u] = sum + (bias == null ? 0 : bias.array[bias.offset + u]);
            }
        });
        Activations.forward(activation, z.array, z.offset, y.array, y.offset, samples * outputs);
    }

    /** {@code dx[b, i] = sum_u dz w m} (if dx is not null) and {@code dw[i, u] = sum_b dz x m}. */
    void backward(
            Mask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            CpuFloats x,
            CpuFloats w,
            CpuFloats dz,
            CpuFloats dx,
            CpuFloats dw) {
        pool.run(inputs, (i, worker) -> {
            for (int u = 0; u < outputs; u++) {
                dw.array[dw.offset + i * outputs + u] = 0;
            }
            for (int b = 0; b < samples; b++) {
                float sum = 0;
                for (int u = 0; u < outputs; u++) {
                    float d = dz.array[dz.offset + b * outputs + u] * mask.value(firstSample + b, i, u);
                    sum += d * w.array[w.offset + i * outputs + u];
                    dw.array[dw.offset + i * outputs + u] += d * x.array[x.offset + b * inputs + i];
                }
                if (dx != null) {
                    dx.array[dx.offset + b * inputs + i] = sum;
                }
            }
        });
    }
}
