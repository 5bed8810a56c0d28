package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.nn.Network;
import org.pernodedrop.train.PlacedData.DataOnDevice;

/** Long trainings use no more device memory than short ones. */
@Tag("thorough")
class SteadyTrainingIT {
    private static final int WARM_STEPS = 20;
    private static final int STEPS = 1000;
    private static final int BATCH = 7;

    @ParameterizedTest
    @EnumSource(
            value = DataOnDevice.class,
            names = {"YES", "NO"})
    void aThousandStepsGrowNothing(DataOnDevice where) {
        DataSplit split = DataSource.parse("digits", null).load(3, 0.5, 100);
        int n = split.train().examples();
        assertTrue(n % BATCH != 0, "the last batch is to be smaller");
        TrainingConfig config = TrainingConfig.builder().build();
        ModelConfig model = ModelConfig.standard().withArchitecture(Architecture.mlp(13));
        try (Backend backend = CudaDeviceUnderTest.open();
                Network network = new Network(model.describe(new int[] {64}, 10, 3, config.newOptimizer()), backend);
                PlacedData data = PlacedData.place(backend, split, where, line -> {});
                Batches batches = data.train().batches(BATCH);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            network.reserve(BATCH);
            Optional<SimulatedDevice> simulated = CudaDeviceUnderTest.simulated();
            Memory.Use memory = null;
            Optional<List<Long>> kept = Optional.empty();
            try (CapturedSteps steps = new CapturedSteps(backend, network, batches, totals)) {
                int done = 0;
                for (int epoch = 1; done < STEPS; epoch++) {
                    batches.start(Permutation.of(n, 3, Permutation.SHUFFLE, epoch), BATCH);
                    for (int count = batches.next(); count > 0; count = batches.next()) {
                        steps.run(count);
                        done++;
                    }
                    totals.read();
                    if (memory == null && done >= WARM_STEPS) {
                        memory = backend.memory().use();
                        kept = simulated.map(SteadyTrainingIT::kept);
                    }
                }
                assertEquals(done, network.state().step());
            }
            Memory.Use after = backend.memory().use();
            assertEquals(memory.peak(), after.peak());
            assertEquals(memory.reserved(), after.reserved());
            // The recordings are gone; their graphs with them.
            simulated.ifPresent(device -> assertEquals(0, device.live().graphExecs()));
            assertEquals(kept, simulated.map(SteadyTrainingIT::kept));
        }
    }

    private static List<Long> kept(SimulatedDevice device) {
        SimulatedDevice.Live live = device.live();
        return List.of(live.deviceBytes(), live.deviceAllocations(), live.pinnedAllocations(), live.events());
    }
}
