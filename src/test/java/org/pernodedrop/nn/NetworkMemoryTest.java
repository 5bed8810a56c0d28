package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** What a network allocates, and that it gives everything back. */
class NetworkMemoryTest {
    private static final int SAMPLES = 6;

    private final WatchedBackend backend = new WatchedBackend(new CpuBackend(1));
    private final LossAccumulator totals = backend.memory().newLossAccumulator();
    private final TestBatch batch = new TestBatch(backend, 5, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);

    static List<LayerCases.Stack> stacks() {
        return LayerCases.all();
    }

    @AfterEach
    void close() {
        totals.close();
        backend.close();
    }

    private void assertEverythingIsClosed() {
        assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
        backend.states.forEach(state -> assertThrows(IllegalStateException.class, state::step, "a state is open"));
    }

    private void step(Network network, int samples) {
        network.step(batch.deviceInput, batch.deviceLabels, samples, totals);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void nothingIsAllocatedAfterTheLargestBatch(LayerCases.Stack stack) {
        try (Network network = LayerCases.builder(stack).build(backend)) {
            network.reserve(SAMPLES);
            int before = backend.buffers.size();
            for (int samples : new int[] {SAMPLES, 1, SAMPLES, 4}) {
                step(network, samples);
                network.evaluate(batch.deviceInput, batch.deviceLabels, samples, totals);
                network.forward(batch.deviceInput, samples, Mode.MONTE_CARLO);
            }
            assertEquals(before, backend.buffers.size());
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void recordedStepsAreStepsAndAllocateNothing(LayerCases.Stack stack) {
        int[] sizes = {SAMPLES, 1, SAMPLES, 4, SAMPLES};
        try (Network network = LayerCases.builder(stack).build(backend);
                Network recorded = LayerCases.builder(stack).build(backend)) {
            recorded.reserve(SAMPLES);
            network.reserve(SAMPLES);
            int before = backend.buffers.size();
            for (int samples : sizes) {
                step(network, samples);
                // Others in between use the same room.
                recorded.evaluate(batch.deviceInput, batch.deviceLabels, 3, totals);
                try (CapturedGraph graph = backend.capture(() -> step(recorded, samples))) {
                    graph.replay();
                    assertThrows(IllegalStateException.class, () -> recorded.backward(batch.deviceInput));
                    step(network, samples);
                    graph.replay();
                }
            }
            assertEquals(before, backend.buffers.size());
            assertEquals(2 * sizes.length, recorded.state().step());
            assertArrayEquals(
                    backend.memory().download(network.parameterBuffer()),
                    backend.memory().download(recorded.parameterBuffer()));
        }
    }

    @Test
    void recordedStepsEndWithTheRoom() {
        Network network = LayerCases.builder(LayerCases.all().get(0)).build(backend);
        network.reserve(2);
        try (CapturedGraph graph = backend.capture(() -> step(network, 2))) {
            graph.replay();
            assertThrows(
                    IllegalStateException.class,
                    () -> backend.capture(() -> step(network, SAMPLES)).replay(),
                    "would have to make room");
            network.reserve(2);
            network.close();
            assertThrows(IllegalStateException.class, graph::replay);
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void closingFreesEverythingAlsoWhatGrowthReplaced(LayerCases.Stack stack) {
        batch.close();
        Network network = LayerCases.builder(stack).build(backend);
        network.reserve(2);
        network.reserve(5);
        network.close();
        network.close();
        assertEverythingIsClosed();
    }

    @Test
    void closedNetworksRefuseToWork() {
        Network network = LayerCases.builder(LayerCases.all().get(0)).build(backend);
        network.close();
        assertEquals(
                "the network was closed before its use",
                assertThrows(IllegalStateException.class, () -> step(network, SAMPLES))
                        .getMessage());
        assertThrows(IllegalStateException.class, network::update);
        assertThrows(IllegalStateException.class, () -> network.mask(0, 1));
    }

    @Test
    void aNetworkThatDoesNotFitLeavesNothingBehind() {
        batch.close();
        LayerCases.Stack dropConnect = LayerCases.all().stream()
                .filter(stack -> stack.name().equals("dropconnect"))
                .findFirst()
                .orElseThrow();
        NetworkBuilder builder = LayerCases.builder(dropConnect);
        int needed = backend.buffers.size();
        builder.build(backend).close();
        needed = backend.buffers.size() - needed;
        assertEquals(2 + 2 + 3, needed);
        for (int allocations = 0; allocations < needed; allocations++) {
            backend.limitAllocations(allocations);
            assertThrows(OutOfDeviceMemoryException.class, () -> builder.build(backend));
            assertEverythingIsClosed();
        }
    }

    @Test
    void aBatchThatDoesNotFitCanBeFollowedBySmallerOnes() {
        LayerCases.Stack stack = LayerCases.all().get(0);
        try (Network network = LayerCases.builder(stack).build(backend);
                Network untroubled = LayerCases.builder(stack).build(backend)) {
            step(network, 2);
            step(untroubled, 2);
            backend.limitAllocations(3);
            assertThrows(OutOfDeviceMemoryException.class, () -> step(network, SAMPLES));
            backend.limitAllocations(Integer.MAX_VALUE);
            step(network, 2);
            step(untroubled, 2);
            assertArrayEquals(
                    backend.memory().download(untroubled.parameterBuffer()),
                    backend.memory().download(network.parameterBuffer()));
        }
    }
}
