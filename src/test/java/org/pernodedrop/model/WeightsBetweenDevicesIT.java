package org.pernodedrop.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.model.Safetensors.Tensor;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.Snapshot;

/** Files and snapshots of a CUDA device equal those of the CPU. */
class WeightsBetweenDevicesIT {
    @TempDir
    private Path folder;

    private static Network network(Backend backend, long seed) {
        return Network.builder()
                .input(13)
                .seed(seed)
                .add(Dense.units(207).build())
                .add(Dense.units(3).build())
                .build(backend);
    }

    private static float[] values(Network network) {
        return network.backend().memory().download(network.parameterBuffer());
    }

    @Test
    void weightsGoFromOneDeviceToTheOther() throws IOException {
        Path fromCuda = folder.resolve("cuda");
        Path fromCpu = folder.resolve("cpu");
        try (Backend cuda = CudaDeviceUnderTest.open();
                Backend cpu = new CpuBackend(1);
                Network first = network(cuda, 1);
                Network second = network(cpu, 2)) {
            assertFalse(Arrays.equals(values(first), values(second)));
            Weights.save(first, Map.of(), fromCuda);
            Weights.load(second, fromCuda);
            assertArrayEquals(values(first), values(second));
            Weights.save(second, Map.of(), fromCpu);
            Map<String, Tensor> expected = Safetensors.read(fromCuda).tensors();
            Map<String, Tensor> actual = Safetensors.read(fromCpu).tensors();
            assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
            expected.forEach((name, tensor) ->
                    assertArrayEquals(tensor.values(), actual.get(name).values(), name));
        }
    }

    @Test
    void aSnapshotBringsBackWhatItTook() {
        try (Backend cuda = CudaDeviceUnderTest.open();
                Network network = network(cuda, 1);
                Snapshot snapshot = new Snapshot(network)) {
            float[] before = values(network);
            snapshot.take();
            cuda.memory().upload(new float[before.length], 0, network.parameterBuffer());
            snapshot.restore();
            assertArrayEquals(before, values(network));
        }
    }
}
