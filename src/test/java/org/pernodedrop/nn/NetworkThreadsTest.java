package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cpu.CpuBackend;

/** A network in several threads: another one is refused, or nothing is affected. And how its steps end. */
class NetworkThreadsTest {
    private static final int SAMPLES = 13;

    private final Backend backend = new CpuBackend(2);
    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void close() {
        threads.shutdown();
        backend.close();
    }

    private Network network() {
        return Network.builder()
                .input(LayerCases.INPUTS)
                .seed(77)
                .add(PerNodeDropDense.units(37).dropRate(0.3).build())
                .add(BatchNormalization.standard())
                .add(Dense.units(LayerCases.OUTPUTS).build())
                .build(backend);
    }

    private TestBatch batch() {
        return new TestBatch(backend, 5, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);
    }

    @Test
    void everyCallOfAnotherThreadIsRefusedAndChangesNothing() throws Exception {
        try (Network network = network();
                TestBatch batch = batch();
                Snapshot snapshot = new Snapshot(network);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            network.reserve(SAMPLES);
            float[] before = backend.memory().download(network.parameterBuffer());
            List<Executable> calls = List.of(
                    () -> network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals),
                    () -> network.evaluate(batch.deviceInput, batch.deviceLabels, SAMPLES, totals),
                    () -> network.forward(batch.deviceInput, SAMPLES, Mode.TRAINING),
                    () -> network.backward(batch.deviceInput),
                    network::update,
                    () -> network.reserve(SAMPLES + 1),
                    () -> network.setFirstSample(3),
                    () -> network.mask(0, 2),
                    snapshot::take,
                    snapshot::close,
                    network::close);
            backend.alone(() -> calls.forEach(call -> {
                Future<IllegalStateException> refused =
                        threads.submit(() -> assertThrows(IllegalStateException.class, call));
                assertTrue(messageOf(refused).startsWith("a backend serves one thread at a time;"), messageOf(refused));
            }));
            assertArrayEquals(before, backend.memory().download(network.parameterBuffer()));
            assertEquals(0, network.firstSample());
            assertEquals(0, network.state().step());
            threads.submit(() -> network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals))
                    .get();
            assertEquals(1, network.state().step(), "threads may follow one another");
        }
    }

    private static String messageOf(Future<IllegalStateException> refused) {
        try {
            return refused.get().getMessage();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void networksOfOneBackendAreNeverAffectedSilently() throws Exception {
        List<float[]> expected = new ArrayList<>();
        try (Network network = network();
                TestBatch batch = batch();
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            for (int k = 0; k < 300; k++) {
                expected.add(backend.memory().download(network.parameterBuffer()));
                network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
            }
        }
        for (int round = 0; round < 3; round++) {
            try (Network one = network();
                    Network another = network();
                    TestBatch batch = batch()) {
                Future<Integer> first = threads.submit(training(one, batch));
                Future<Integer> second = threads.submit(training(another, batch));
                int firstSteps = first.get();
                int secondSteps = second.get();
                assertArrayEquals(expected.get(firstSteps), backend.memory().download(one.parameterBuffer()));
                assertArrayEquals(expected.get(secondSteps), backend.memory().download(another.parameterBuffer()));
            }
        }
    }

    // Until it is refused; how many steps were made.
    private Callable<Integer> training(Network network, TestBatch batch) {
        return () -> {
            int steps = 0;
            try (LossAccumulator totals = backend.memory().newLossAccumulator()) {
                while (steps < 299) {
                    network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
                    steps++;
                }
            } catch (IllegalStateException refused) {
                assertTrue(refused.getMessage().contains("serves one thread at a time"), refused.getMessage());
            }
            return steps;
        };
    }

    @Test
    void theLastStepIsMadeAndTheNextChangesNothing() {
        try (Network network = network();
                TestBatch batch = batch();
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            network.reserve(SAMPLES);
            try (CapturedGraph graph =
                    backend.capture(() -> network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals))) {
                network.state().setStep(StepState.LAST_STEP - 1);
                graph.replay();
                network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
                assertEquals(StepState.LAST_STEP + 1, network.state().step());
                float[] parameters = backend.memory().download(network.parameterBuffer());
                float[] mean =
                        backend.memory().download(network.statistics().get(0).values());
                long samples = totals.read().samples();
                for (Executable call : List.<Executable>of(
                        graph::replay,
                        network::update,
                        () -> network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals),
                        () -> network.forward(batch.deviceInput, SAMPLES, Mode.TRAINING),
                        () -> network.forward(batch.deviceInput, SAMPLES, Mode.MONTE_CARLO),
                        () -> network.mask(0, 1))) {
                    String said =
                            assertThrows(IllegalStateException.class, call).getMessage();
                    assertTrue(said.startsWith("steps and their masks end at 4294967294"), said);
                }
                assertEquals(StepState.LAST_STEP + 1, network.state().step());
                assertArrayEquals(parameters, backend.memory().download(network.parameterBuffer()));
                assertArrayEquals(
                        mean,
                        backend.memory().download(network.statistics().get(0).values()));
                assertEquals(samples, totals.read().samples());
                network.evaluate(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
                network.state().setStep(7);
                graph.replay();
                assertEquals(8, network.state().step());
            }
        }
    }
}
