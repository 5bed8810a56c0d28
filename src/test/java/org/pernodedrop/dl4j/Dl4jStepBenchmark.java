package org.pernodedrop.dl4j;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.pernodedrop.app.bench.StepComparison;
import org.pernodedrop.app.bench.StepComparison.Peer;

/**
 * Time of a whole training step of a DL4J network, 128 x 784 x 256 with 10 classes, with this library's layer, a layer
 * of DL4J operations with a materialised mask, and DL4J's dense layer, alternating in one process; then resident memory
 * over many steps of the first. Not a test.
 */
final class Dl4jStepBenchmark {
    private Dl4jStepBenchmark() {}

    public static void main(String[] args) throws IOException {
        DataSet data = new DataSet(
                Dl4jNetworks.features(DataType.FLOAT, 128, 784), Dl4jNetworks.oneHot(DataType.FLOAT, 128, 10));
        Layer[] layers = {
            new PerNodeDropLayer.Builder()
                    .nOut(256)
                    .activation(Activation.RELU)
                    .dropRate(0.5)
                    .build(),
            new MaterializedMaskLayer.Builder((b, i, u) -> Nd4j.rand(DataType.FLOAT, b, i, u)
                            .gt(0.5)
                            .castTo(DataType.FLOAT)
                            .muli(2))
                    .nOut(256)
                    .activation(Activation.RELU)
                    .build(),
            new DenseLayer.Builder().nOut(256).activation(Activation.RELU).build()
        };
        List<Peer> peers = new ArrayList<>();
        String[] names = {"PerNodeDropLayer", "materialised mask", "DenseLayer"};
        MultiLayerNetwork[] networks = new MultiLayerNetwork[layers.length];
        for (int k = 0; k < layers.length; k++) {
            MultiLayerNetwork network =
                    Dl4jNetworks.network(Dl4jNetworks.configuration(DataType.FLOAT, 784, 10, layers[k]));
            int steps = k == 1 ? 1 : 5;
            networks[k] = network;
            peers.add(new Peer(
                    names[k],
                    () -> {
                        for (int step = 0; step < steps; step++) {
                            network.fit(data);
                        }
                    },
                    steps));
        }
        StepComparison comparison = new StepComparison("dl4j");
        comparison.time(peers);
        networks[1].close();
        comparison.soak(peers.get(0));
        comparison.soak(peers.get(2));
        System.exit(0);
    }
}
