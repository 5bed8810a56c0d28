package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;

/**
 * The layer's formulas against numbers from PyTorch's autograd: explicit masks in, outputs and gradients out. They judge
 * the reference loops, which judge the drawing products, and the backend's operations combined as in a network.
 */
class GoldenSemanticsTest {
    private static final String FILE = "/golden/semantics-rank2.json";
    private static final double EXACT = 1e-12;
    private static final double SINGLE = 3e-6;

    private final CpuBackend backend = new CpuBackend(2);

    @AfterEach
    void close() {
        backend.close();
    }

    static Stream<Arguments> cases() throws IOException {
        try (InputStream stream = GoldenSemanticsTest.class.getResourceAsStream(FILE)) {
            JsonNode cases = new ObjectMapper().readTree(stream).get("cases");
            assertEquals(24, cases.size());
            return StreamSupport.stream(cases.spliterator(), false)
                    .map(golden -> Arguments.of(golden.get("name").asText(), new Golden(golden)));
        }
    }

    /** One case. */
    record Golden(JsonNode json) {
        int size(String name) {
            return json.get(name).asInt();
        }

        String level() {
            return json.get("level").asText();
        }

        Activation activation() {
            return Activation.valueOf(json.get("activation").asText().toUpperCase(Locale.ROOT));
        }

        double[] tensor(String name) {
            JsonNode data = json.get(name).get("data");
            double[] values = new double[data.size()];
            Arrays.setAll(values, k -> data.get(k).asDouble());
            return values;
        }

        /** {@code m[b, i, u]}, whatever the level. */
        double[] connections() {
            int inputs = size("I");
            int outputs = size("U");
            double[] all = new double[size("B") * inputs * outputs];
            double[] mask = level().equals("none") ? null : tensor("mask");
            for (int k = 0; k < all.length; k++) {
                int b = k / outputs / inputs;
                int u = k % outputs;
                all[k] = switch (level()) {
                    case "connection" -> mask[k];
                    case "fixed" -> mask[k % (inputs * outputs)];
                    case "node" -> mask[b * outputs + u];
                    case "none" -> 1;
                    default -> throw new AssertionError("unknown level " + level());
                };
            }
            return all;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void referenceLoops(String name, Golden golden) {
        ReferenceProducts actual = new ReferenceProducts(
                golden.activation(),
                golden.size("B"),
                golden.size("I"),
                golden.size("U"),
                golden.tensor("x"),
                golden.tensor("w"),
                golden.tensor("bias"),
                golden.tensor("dy"),
                golden.connections());
        assertArrayNear(golden.tensor("z"), actual.z, EXACT);
        assertArrayNear(golden.tensor("y"), actual.y, EXACT);
        // Slopes are central differences here.
        assertArrayNear(golden.tensor("dz"), actual.dz, 1e-9);
        assertArrayNear(golden.tensor("dx"), actual.dx, 1e-9);
        assertArrayNear(golden.tensor("dw"), actual.dw, 1e-9);
        assertArrayNear(golden.tensor("db"), actual.db, 1e-9);
    }

    private static void assertArrayNear(double[] expected, double[] actual, double tolerance) {
        assertEquals(expected.length, actual.length);
        for (int k = 0; k < expected.length; k++) {
            assertEquals(expected[k], actual[k], tolerance * (1 + Math.abs(expected[k])));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void operationsOfTheSeam(String name, Golden golden) {
        int samples = golden.size("B");
        int inputs = golden.size("I");
        int outputs = golden.size("U");
        float[] x = Numbers.narrow(golden.tensor("x"));
        float[] w = Numbers.narrow(golden.tensor("w"));
        double[] mask = golden.connections();
        boolean shared = golden.level().equals("fixed") || golden.level().equals("none");
        boolean node = golden.level().equals("node");

        // One product for all samples where they share their weights, else one each; node masks come after it.
        float[] products = new float[samples * outputs];
        int rows = shared || node ? samples : 1;
        for (int b = 0; b < samples; b += rows) {
            float[] weights = node ? w : masked(w, mask, b);
            float[] part = product(false, false, rows, outputs, inputs, rows(x, b, rows, inputs), weights);
            System.arraycopy(part, 0, products, b * outputs, part.length);
        }
        DeviceFloats z = device(node ? byNode(products, mask, inputs, outputs) : products);
        DeviceFloats y = backend.memory().allocate(z.length());
        DeviceFloats bias = device(Numbers.narrow(golden.tensor("bias")));
        backend.vectors().biasActivation(golden.activation(), samples, outputs, bias, z, y);
        Numbers.assertNear("z", golden.tensor("z"), SINGLE, backend.memory().download(z));
        Numbers.assertNear("y", golden.tensor("y"), SINGLE, backend.memory().download(y));

        DeviceFloats dz = backend.memory().allocate(z.length());
        DeviceFloats dy = device(Numbers.narrow(golden.tensor("dy")));
        backend.vectors().activationBackward(golden.activation(), z.length(), z, y, dy, dz);
        float[] slopes = backend.memory().download(dz);
        Numbers.assertNear("dz", golden.tensor("dz"), SINGLE, slopes);
        DeviceFloats db = backend.memory().allocate(outputs);
        backend.vectors().columnSums(samples, outputs, dz, db);
        Numbers.assertNear("db", golden.tensor("db"), SINGLE, backend.memory().download(db));

        float[] masked = node ? byNode(slopes, mask, inputs, outputs) : slopes;
        float[] dx = new float[x.length];
        float[] dw = new float[w.length];
        for (int b = 0; b < samples; b += rows) {
            float[] d = rows(masked, b, rows, outputs);
            float[] weights = node ? w : masked(w, mask, b);
            float[] part = product(false, true, rows, inputs, outputs, d, weights);
            System.arraycopy(part, 0, dx, b * inputs, part.length);
            float[] outer = product(true, false, inputs, outputs, rows, rows(x, b, rows, inputs), d);
            for (int k = 0; k < dw.length; k++) {
                dw[k] += node ? outer[k] : outer[k] * (float) mask[b * dw.length + k];
            }
        }
        Numbers.assertNear("dx", golden.tensor("dx"), SINGLE, dx);
        Numbers.assertNear("dw", golden.tensor("dw"), SINGLE, dw);
    }

    private static float[] masked(float[] w, double[] mask, int sample) {
        float[] weights = new float[w.length];
        for (int k = 0; k < w.length; k++) {
            weights[k] = (float) (w[k] * mask[sample * w.length + k]);
        }
        return weights;
    }

    private static float[] byNode(float[] values, double[] mask, int inputs, int outputs) {
        float[] masked = new float[values.length];
        for (int k = 0; k < values.length; k++) {
            masked[k] = (float) (values[k] * mask[k / outputs * inputs * outputs + k % outputs]);
        }
        return masked;
    }

    private static float[] rows(float[] values, int first, int count, int width) {
        return Arrays.copyOfRange(values, first * width, (first + count) * width);
    }

    private float[] product(boolean transposeA, boolean transposeB, int m, int n, int k, float[] a, float[] b) {
        DeviceFloats c = backend.memory().allocate(m * n);
        backend.matrices().product(transposeA, transposeB, m, n, k, 1f, device(a), device(b), 0f, c);
        return backend.memory().download(c);
    }

    private DeviceFloats device(float[] values) {
        DeviceFloats buffer = backend.memory().allocate(values.length);
        backend.memory().upload(values, 0, buffer);
        return buffer;
    }
}
