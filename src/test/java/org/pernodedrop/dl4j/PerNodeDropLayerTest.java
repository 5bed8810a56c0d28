package org.pernodedrop.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.Refusal.mentions;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.pernodedrop.Threads;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/** The layer in DL4J's networks, compared with DL4J's layers and gradient checks. */
class PerNodeDropLayerTest extends Dl4jNetworks {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0.5, BERNOULLI",
        "13, 33, 7, 0.3, BERNOULLI",
        "32, 207, 64, 0.5, BERNOULLI",
        "13, 33, 7, 0.5, GAUSSIAN",
        "13, 33, 7, 0.5, PARTIAL_GAUSSIAN"
    })
    void resultsAreThoseOfDl4jWithTheSameExplicitMask(int samples, int inputs, int outputs, double rate, Noise noise) {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            MultiLayerNetwork ours = network(configuration(
                    type,
                    inputs,
                    3,
                    layer(9).dropRate(0).build(),
                    layer(outputs).dropRate(rate).noise(noise).build()));
            Mask mask = ((PerNodeDrop) ours.getLayer(1)).mask();
            MultiLayerNetwork theirs = network(configuration(
                    type,
                    inputs,
                    3,
                    new DenseLayer.Builder().nOut(9).activation(Activation.TANH).build(),
                    new MaterializedMaskLayer.Builder((b, i, u) -> explicit(type, mask, b, i, u))
                            .nOut(outputs)
                            .activation(Activation.TANH)
                            .build()));
            for (Map.Entry<String, INDArray> parameter : ours.paramTable().entrySet()) {
                theirs.setParam(parameter.getKey(), parameter.getValue().dup('c'));
            }
            INDArray x = features(type, samples, inputs);
            INDArray labels = oneHot(type, samples, 3);
            compute(ours, x, labels);
            compute(theirs, x, labels);
            double tolerance = type == DataType.DOUBLE ? 1e-10 : 1e-5;
            for (String name : ours.paramTable().keySet()) {
                assertClose(
                        name + " of " + type,
                        theirs.gradient().getGradientFor(name),
                        ours.gradient().getGradientFor(name),
                        tolerance);
            }
            List<INDArray> expected = theirs.feedForward(x, true);
            List<INDArray> actual = ours.feedForward(x, true);
            for (int k = 0; k < expected.size(); k++) {
                assertClose("activations " + k, expected.get(k), actual.get(k), tolerance);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void gradientsPassDl4jsOwnCheck(Noise noise) {
        MultiLayerNetwork network = network(configuration(
                DataType.DOUBLE,
                5,
                3,
                layer(7).noise(noise).dropRate(0.4).build(),
                layer(6).noise(noise)
                        .dropRate(0.5)
                        .activation(Activation.SIGMOID)
                        .build()));
        assertTrue(inDoubles(() -> GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                .net(network)
                .input(features(DataType.DOUBLE, 4, 5))
                .labels(oneHot(DataType.DOUBLE, 4, 3)))));
    }

    @Test
    void graphsPassDl4jsOwnCheck() {
        ComputationGraph network = new ComputationGraph(graph(DataType.DOUBLE));
        network.init();
        assertNotEquals(
                ((PerNodeDrop) network.getLayer("a")).mask().key(),
                ((PerNodeDrop) network.getLayer("b")).mask().key());
        assertTrue(inDoubles(() -> GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                .net(network)
                .inputs(new INDArray[] {features(DataType.DOUBLE, 4, 5)})
                .labels(new INDArray[] {oneHot(DataType.DOUBLE, 4, 3)}))));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void aLayerWithoutBiasIsOneOfZeros(DataType type) {
        MultiLayerNetwork with = network(configuration(type, 5, 3, layer(33).build()));
        MultiLayerNetwork without =
                network(configuration(type, 5, 3, layer(33).hasBias(false).build()));
        assertEquals(with.numParams() - 33, without.numParams());
        without.getParam("0_W").assign(with.getParam("0_W"));
        without.getParam("1_W").assign(with.getParam("1_W"));
        INDArray x = features(type, 16, 5);
        INDArray labels = oneHot(type, 16, 3);
        assertClose("output", with.output(x), without.output(x), 1e-5);
        compute(with, x, labels);
        compute(without, x, labels);
        for (String name : List.of("0_W", "1_W", "1_b")) {
            assertClose(
                    name,
                    with.gradient().getGradientFor(name),
                    without.gradient().getGradientFor(name),
                    1e-5);
        }
        assertEquals(null, without.gradient().getGradientFor("0_b"));
        without.fit(new DataSet(x, labels));
    }

    @Test
    void configurationsGoThroughJson() {
        MultiLayerConfiguration configuration = configuration(
                DataType.FLOAT,
                5,
                3,
                layer(7).noise(Noise.GAUSSIAN)
                        .dropRate(0.4)
                        .maskSeed(Long.MIN_VALUE + 1)
                        .build(),
                layer(6).dropRate(0.25).hasBias(false).build());
        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
        assertEquals(configuration, read);
        PerNodeDropLayer first = (PerNodeDropLayer) read.getConf(0).getLayer();
        assertEquals(Noise.GAUSSIAN, first.getNoise());
        assertEquals(0.4, first.getDropRate());
        assertEquals(Long.MIN_VALUE + 1, first.getMaskSeed());
        assertEquals(5, first.getNIn());
        PerNodeDropLayer second = (PerNodeDropLayer) read.getConf(1).getLayer();
        assertEquals(null, second.getMaskSeed());
        assertTrue(first.isHasBias() && !second.isHasBias());
        assertNotEquals(layer(7).dropRate(0.4).build(), layer(7).dropRate(0.3).build());
        ComputationGraphConfiguration graph = graph(DataType.FLOAT);
        assertEquals(graph, ComputationGraphConfiguration.fromJson(graph.toJson()));
    }

    @Test
    void savedNetworksGoOnAsTheyWould() throws Exception {
        DataSet data = new DataSet(features(DataType.FLOAT, 16, 5), oneHot(DataType.FLOAT, 16, 3));
        MultiLayerNetwork network = network(
                configuration(DataType.FLOAT, 5, 3, layer(33).build(), layer(13).build()));
        for (int step = 0; step < 5; step++) {
            network.fit(data);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, file, true);
        MultiLayerNetwork restored =
                ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(file.toByteArray()), true);
        assertEquals(network.params(), restored.params());
        assertClose("output", network.output(data.getFeatures()), restored.output(data.getFeatures()), 1e-5);
        for (int step = 0; step < 5; step++) {
            network.fit(data);
            restored.fit(data);
        }
        assertClose("parameters", network.params(), restored.params(), 1e-5);
        INDArray before = network.params().dup();
        network.getLayer(0).setParams(network.getLayer(0).params().dup());
        assertArrayEquals(before.toFloatVector(), network.params().toFloatVector());
    }

    @Test
    void masksChangeByStepAndNotAtInference() {
        MultiLayerNetwork network = network(configuration(
                DataType.FLOAT, 5, 3, layer(33).activation(Activation.IDENTITY).build()));
        INDArray x = features(DataType.FLOAT, 16, 5);
        Mask before = ((PerNodeDrop) network.getLayer(0)).mask();
        INDArray trained = network.feedForward(x, true).get(1);
        assertClose("the same step", trained, network.feedForward(x, true).get(1), 1e-6);
        network.fit(new DataSet(x, oneHot(DataType.FLOAT, 16, 3)));
        INDArray later = network.feedForward(x, true).get(1);
        assertTrue(later.sub(trained).amaxNumber().doubleValue() > 0.1, "masks must differ");
        Mask after = ((PerNodeDrop) network.getLayer(0)).mask();
        assertEquals(before.key(), after.key());
        assertEquals(before.step() + 1, after.step());
        INDArray w = network.getParam("0_W");
        assertClose(
                "inference",
                x.mmul(w).addRowVector(network.getParam("0_b")),
                network.feedForward(x).get(1),
                1e-6);
    }

    @Test
    void viewsAndColumnMajorInputsAreTakenAsTheyLie() {
        MultiLayerNetwork network =
                network(configuration(DataType.FLOAT, 5, 3, layer(33).build()));
        INDArray wide = features(DataType.FLOAT, 16, 11);
        INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 8));
        INDArray expected = network.feedForward(view.dup('c'), true).get(1).dup();
        assertClose("view", expected, network.feedForward(view, true).get(1), 1e-6);
        assertClose(
                "by columns", expected, network.feedForward(view.dup('f'), true).get(1), 1e-6);
    }

    @Test
    void theExampleOfTheDocsLearnsDigits() throws Exception {
        DataSplit split = DataSource.parse("digits", null).load(42, 0.2, 0);
        split.standardize();
        DataSetIterator train = batches(split.train(), 32);
        DataSetIterator validation = batches(split.validation(), 128);
        // As in docs/frameworks.md.
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(42)
                .updater(new Adam(1e-3))
                .list()
                .layer(new PerNodeDropLayer.Builder()
                        .nOut(128)
                        .activation(Activation.RELU)
                        .dropRate(0.5)
                        .build())
                .layer(new OutputLayer.Builder()
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(64))
                .build());
        network.init();
        network.fit(train, 15);
        Evaluation evaluation = network.evaluate(validation);
        assertTrue(evaluation.accuracy() > 0.95, evaluation.stats());
    }

    @Test
    void networksTrainSideBySideAsAlone() throws Exception {
        DataSet data = new DataSet(features(DataType.FLOAT, 16, 20), oneHot(DataType.FLOAT, 16, 3));
        Callable<float[]> training = () -> {
            MultiLayerNetwork network = network(configuration(
                    DataType.FLOAT, 20, 3, layer(33).build(), layer(13).build()));
            for (int step = 0; step < 100; step++) {
                network.fit(data);
            }
            return network.params().toFloatVector();
        };
        float[] alone = training.call();
        for (float value : alone) {
            assertTrue(Float.isFinite(value));
        }
        for (float[] together : Threads.together(Collections.nCopies(4, training))) {
            // ND4J's rounding varies and accumulates over steps; another order of masks would differ a hundred
            // times more.
            assertArrayEquals(alone, together, 1e-3f);
        }
    }

    @Test
    void whatIsWrongIsRefused() {
        mentions("must be", () -> layer(3).dropRate(1).build());
        mentions("must be", () -> layer(3).dropRate(-0.1).build());
        mentions("noise", () -> layer(3).noise(null).build());
        mentions("computes in FLOAT or DOUBLE", () -> network(configuration(DataType.FLOAT16, 5, 3, layer(3).build())));
        MultiLayerNetwork network = network(configuration(DataType.FLOAT, 5, 3, layer(3).build()));
        mentions("one row a sample and nIn columns", () -> network.feedForward(features(DataType.FLOAT, 4, 6), true));
    }
}
