package org.pernodedrop.kernels;

import java.util.Arrays;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.ReferenceProducts;
import org.pernodedrop.backend.ReferenceRounding;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.mask.ReferenceMask;

/** What a layer's results must be, by plain loops in doubles over the explicit mask; the mask's seed is 77, its layer 2. */
public final class LayerJudge {
    private final ConnectionShape shape;
    private final ReferenceProducts expected;
    private final double normals;
    private final double[] db;

    public LayerJudge(Mask mask, int first, HostLayer layer) {
        this(mask, first, layer, Precision.FP32);
    }

    /** @param factors what x, w and dz are rounded to, as factors of products; sums of dz are of what they are */
    public LayerJudge(Mask mask, int first, HostLayer layer, Precision factors) {
        shape = layer.shape;
        normals = mask.spec().noise() == Noise.BERNOULLI ? 0 : 1e-5;
        expected = new ReferenceProducts(
                Activation.LINEAR,
                shape.rows(),
                shape.inputs(),
                shape.outputs(),
                ReferenceRounding.of(factors, layer.xs),
                ReferenceRounding.of(factors, layer.ws),
                Numbers.doubles(layer.biases),
                ReferenceRounding.of(factors, layer.dzs),
                explicit(mask, first));
        db = new double[shape.outputs()];
        for (int k = 0; k < layer.dzs.length; k++) {
            db[k % db.length] += layer.dzs[k];
        }
    }

    // By the independent definition, one value at a time.
    private double[] explicit(Mask mask, int first) {
        double[] values = new double[shape.rows() * shape.inputs() * shape.outputs()];
        for (int k = 0; k < values.length; k++) {
            int row = k / shape.outputs() / shape.inputs();
            values[k] = ReferenceMask.value(
                    mask.spec(),
                    77,
                    2,
                    mask.step(),
                    first + row / shape.positions(),
                    k / shape.outputs() % shape.inputs(),
                    k % shape.outputs());
        }
        return values;
    }

    /**
     * Results of a layer with tanh; null where there is none.
     *
     * @param factors relative error of the factors, where they are rounded
     */
    public void check(float[] z, float[] y, float[] dx, float[] dw, float[] sums, double factors) {
        double more = normals + factors;
        if (z != null) {
            double tolerance = Numbers.sumTolerance(shape.inputs()) + more;
            Numbers.assertNear("z", expected.z, expected.zScale, tolerance, z);
        }
        if (y != null) {
            double[] activated =
                    Arrays.stream(Numbers.doubles(z)).map(Math::tanh).toArray();
            Numbers.assertNear("y", activated, 1e-6, y);
        }
        if (dx != null) {
            double tolerance = Numbers.sumTolerance(shape.outputs()) + more;
            Numbers.assertNear("dx", expected.dx, expected.dxScale, tolerance, dx);
        }
        if (dw != null) {
            double tolerance = Numbers.sumTolerance(shape.rows()) + more;
            Numbers.assertNear("dw", expected.dw, expected.dwScale, tolerance, dw);
        }
        if (sums != null) {
            Numbers.assertNear("db", db, Numbers.sumTolerance(shape.rows()) * shape.rows(), sums);
        }
    }
}
