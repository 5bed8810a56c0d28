package org.pernodedrop.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.ReferenceMask;

/** Networks, data and assertions of the tests of the DL4J layer. */
abstract class Dl4jNetworks {
    /** Skips the tests with a message except on Linux x86-64, the only system whose ND4J natives the build fetches. */
    @BeforeAll
    static void requireNatives() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean there =
                system.contains("linux") && System.getProperty("os.arch").equals("amd64");
        assumeTrue(there, "DL4J TESTS SKIPPED: ND4J's natives are fetched on Linux x86-64 only");
    }

    static OutputLayer.Builder output(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT).nOut(classes).activation(Activation.SOFTMAX);
    }

    static MultiLayerConfiguration configuration(DataType type, long inputs, int classes, Layer... hidden) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(42)
                .dataType(type)
                .updater(updater(type))
                .list();
        for (Layer layer : hidden) {
            list.layer(layer);
        }
        return list.layer(output(classes).build())
                .setInputType(InputType.feedForward(inputs))
                .build();
    }

    /** Adam; for doubles none, as gradient checks require. */
    static IUpdater updater(DataType type) {
        return type == DataType.DOUBLE ? new NoOp() : new Adam(1e-3);
    }

    static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    static INDArray features(DataType type, int samples, int inputs) {
        return Nd4j.create(Numbers.floats(1, samples * inputs), new long[] {samples, inputs}, 'c')
                .castTo(type);
    }

    static INDArray oneHot(DataType type, int samples, int classes) {
        INDArray labels = Nd4j.zeros(type, samples, classes);
        int[] of = Numbers.ints(2, samples, classes);
        for (int b = 0; b < samples; b++) {
            labels.putScalar(b, of[b], 1);
        }
        return labels;
    }

    static DataSetIterator batches(Dataset data, int batch) {
        int columns = data.featureCount();
        List<DataSet> rows = new ArrayList<>();
        for (int b = 0; b < data.examples(); b++) {
            float[] x = Arrays.copyOfRange(data.features(), b * columns, (b + 1) * columns);
            INDArray label = Nd4j.zeros(DataType.FLOAT, 1, data.classes());
            label.putScalar(0, data.labels()[b], 1);
            rows.add(new DataSet(Nd4j.create(x, new long[] {1, columns}, 'c'), label));
        }
        return new ListDataSetIterator<>(rows, batch);
    }

    static void compute(MultiLayerNetwork network, INDArray x, INDArray labels) {
        network.setInput(x);
        network.setLabels(labels);
        network.computeGradientAndScore();
    }

    /** The mask as an array {@code [samples, inputs, outputs]}. */
    static INDArray explicit(DataType type, Mask mask, long samples, long inputs, long outputs) {
        float[] values = ReferenceMask.values(mask, (int) samples, (int) inputs, (int) outputs);
        return Nd4j.create(values, new long[] {samples, inputs, outputs}, 'c').castTo(type);
    }

    static void assertClose(String what, INDArray expected, INDArray actual, double tolerance) {
        assertArrayEquals(expected.shape(), actual.shape(), what);
        double scale = expected.amaxNumber().doubleValue();
        double error = expected.sub(actual).amaxNumber().doubleValue();
        assertTrue(error <= tolerance * scale, what + ": error " + error + " at a scale of " + scale);
    }

    static PerNodeDropLayer.Builder layer(int outputs) {
        return new PerNodeDropLayer.Builder().nOut(outputs).activation(Activation.TANH);
    }

    static ComputationGraphConfiguration graph(DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(42)
                .dataType(type)
                .updater(updater(type))
                .graphBuilder()
                .addInputs("x")
                .addLayer("a", layer(6).nIn(5).dropRate(0.3).build(), "x")
                .addLayer("b", layer(6).nIn(5).dropRate(0.3).build(), "x")
                .addVertex("both", new MergeVertex(), "a", "b")
                .addLayer("y", output(3).nIn(12).build(), "both")
                .setOutputs("y")
                .build();
    }

    // DL4J's check requires it, whatever the network's type.
    static boolean inDoubles(BooleanSupplier check) {
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
        try {
            return check.getAsBoolean();
        } finally {
            Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
        }
    }
}
