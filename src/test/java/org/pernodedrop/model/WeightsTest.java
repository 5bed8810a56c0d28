package org.pernodedrop.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.Mode;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.PerNodeDropDense;

class WeightsTest {
    @TempDir
    private Path folder;

    private final Backend backend = new CpuBackend(1);
    private Path file;
    private Network saved;

    @BeforeEach
    void open() {
        file = folder.resolve("weights.safetensors");
        saved = network(1, 7, true);
    }

    @AfterEach
    void close() {
        saved.close();
        backend.close();
    }

    private Network network(long seed, int hidden, boolean bias) {
        return Network.builder()
                .input(13)
                .seed(seed)
                .add(PerNodeDropDense.units(hidden)
                        .bias(bias)
                        .activation(Activation.RELU)
                        .build())
                .add(Dense.units(3).build())
                .build(backend);
    }

    private static float[] outputs(Network network) {
        float[] x = new float[5 * 13];
        for (int k = 0; k < x.length; k++) {
            x[k] = (k * 7 % 11) - 5;
        }
        try (DeviceFloats input = network.backend().memory().allocate(x.length)) {
            network.backend().memory().upload(x, 0, input);
            return network.backend().memory().download(network.forward(input, 5, Mode.INFERENCE));
        }
    }

    @Test
    void inMemoryTheyAreTheFilesBytes() throws IOException {
        Weights.save(saved, Map.of("classes", "a,b,c"), file);
        byte[] content = Weights.toBytes(saved, Map.of("classes", "a,b,c"));
        assertArrayEquals(Files.readAllBytes(file), content);
        try (Network opened = Weights.open("kept", content, backend)) {
            assertArrayEquals(outputs(saved), outputs(opened));
        }
        for (int length : new int[] {0, 7, 100, content.length - 1}) {
            Refusal.starts(
                    ModelFileException.class,
                    "kept is no valid safetensors file",
                    () -> Weights.open("kept", Arrays.copyOf(content, length), backend));
        }
    }

    @Test
    void aNetworkThatLoadsThemPredictsTheSame() throws IOException {
        try (Network loaded = network(2, 7, true)) {
            float[] expected = outputs(saved);
            assertFalse(Arrays.equals(expected, outputs(loaded)));
            Weights.save(saved, Map.of("classes", "a,b,c"), file);
            Map<String, String> texts = Weights.load(loaded, file);
            assertEquals("a,b,c", texts.get("classes"));
            assertEquals(saved.spec(), NetworkJson.read(texts.get(Weights.NETWORK)));
            assertArrayEquals(expected, outputs(loaded));
            assertEquals(
                    List.of("0.weight", "0.bias", "1.weight", "1.bias"),
                    List.copyOf(Safetensors.read(file).tensors().keySet()));
            assertEquals(
                    List.of(13L, 7L),
                    Safetensors.read(file).tensors().get("0.weight").shape());
        }
    }

    @Test
    void aFileOpensAsItsNetwork() throws IOException {
        Weights.save(saved, Map.of(), file);
        try (Network opened = Weights.open(file, backend)) {
            assertEquals(saved.spec(), opened.spec());
            assertArrayEquals(outputs(saved), outputs(opened));
        }
        new Safetensors(Map.of(), Safetensors.read(file).tensors()).write(file);
        Refusal.contains(ModelFileException.class, "describes no network", () -> Weights.open(file, backend));
    }

    /** The description of a huge network is short: no memory may be allocated for tensors that the file lacks. */
    @Test
    void aHugeDescriptionAllocatesNothing() throws IOException {
        Weights.save(saved, Map.of(), file);
        Safetensors content = Safetensors.read(file);
        String huge = content.metadata().get(Weights.NETWORK).replace("\"units\" : 7", "\"units\" : 100000000");
        new Safetensors(Map.of(Weights.NETWORK, huge), content.tensors()).write(file);
        Refusal.contains(
                ModelFileException.class,
                "0.weight must have the shape [13, 100000000]",
                () -> Weights.open(file, backend));
    }

    @Test
    void weightsThatDoNotFitChangeNothing() throws IOException {
        try (Network wider = network(2, 8, true);
                Network withoutBias = network(2, 7, false)) {
            Weights.save(saved, Map.of(), file);
            refuses(wider, file, "0.weight must have the shape [13, 8]: shape=[13, 7]");
            refuses(withoutBias, file, "it has tensors that the network has not: \"0.bias\"");
            Weights.save(withoutBias, Map.of(), file);
            refuses(saved, file, "0.bias must have the shape [7]: the file has no such tensor");
        }
    }

    @Test
    void weightsThatAreNotFiniteAreRefused() throws IOException {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            try (Network other = network(2, 7, true)) {
                Weights.save(saved, Map.of(), file);
                Safetensors content = Safetensors.read(file);
                content.tensors().get("1.weight").values()[5] = wrong;
                content.write(file);
                String reason = "weights must be finite: 1.weight[5]=" + wrong;
                refuses(other, file, reason);
                Refusal.starts(
                        ModelFileException.class,
                        file + " cannot be used: " + reason,
                        () -> Weights.open(file, backend));
            }
        }
    }

    private static void refuses(Network network, Path file, String reason) {
        float[] before = outputs(network);
        Refusal.contains(ModelFileException.class, reason, () -> Weights.load(network, file));
        assertArrayEquals(before, outputs(network));
    }
}
