package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.backend.cuda.SimulatedDevice.Call;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.Loss;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.PerNodeDropDense;

/**
 * Makes every driver call of a training fail, one after the other: each failure raises a clear exception and leaks
 * nothing, and the next run gives the same bits.
 */
@Tag("thorough")
class CudaFaultsIT {
    private static final int FEATURES = 5;
    private static final int CLASSES = 3;
    private static final Dataset TRAINING = data(11);
    private static final Dataset VALIDATION = data(7);
    private static final TrainingConfig CONFIG =
            TrainingConfig.builder().epochs(1).batchSize(4).seed(9).build();

    private SimulatedDevice device;

    @BeforeEach
    void simulated() {
        device = CudaDeviceUnderTest.requireSimulated();
        device.clearFailures();
    }

    @AfterEach
    void back() {
        if (device != null) {
            device.clearFailures();
            device.setAsynchronous(false);
        }
    }

    private static Dataset data(int examples) {
        float[] features = Numbers.floats(1, examples * FEATURES);
        int[] labels = Numbers.ints(2, examples, CLASSES);
        return new Dataset("made up", features, labels, new int[] {FEATURES}, List.of("a", "b", "c"));
    }

    private static NetworkSpec network() {
        return Network.builder()
                .input(FEATURES)
                .seed(CONFIG.seed())
                .add(PerNodeDropDense.units(6)
                        .dropRate(0.5)
                        .activation(Activation.RELU)
                        .build())
                .add(Dense.units(CLASSES).build())
                .loss(Loss.SOFTMAX_CROSS_ENTROPY)
                .optimizer(CONFIG.newOptimizer())
                .describe();
    }

    /** Parameters after a run with device-resident data, streamed data and captured steps. */
    private static float[] run() {
        try (Backend backend = CudaDeviceUnderTest.open();
                BatchSource training = new StreamedDataset(backend, TRAINING);
                BatchSource validation = new DeviceResidentDataset(backend, VALIDATION);
                Network network = new Network(network(), backend)) {
            new Trainer(backend, training, validation, CONFIG).train(network, new TrainingListener() {});
            return backend.memory().download(network.parameterBuffer());
        }
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void everyCallMayFailOnce(Call call) {
        device.resetCounts();
        float[] expected = run();
        long calls = device.calls(call);
        assertTrue(calls > 0, "a run makes such calls");
        for (long n = 1; n <= calls; n++) {
            String which = call + " " + n + " of " + calls;
            device.fail(call, n);
            Throwable failure = null;
            try {
                // The pool may free cached memory and retry the allocation.
                assertArrayEquals(expected, run(), which);
                assertEquals(Call.ALLOCATION, call, which + ": the run did not notice");
            } catch (RuntimeException thrown) {
                failure = thrown;
                assertClear(call, which, thrown);
            }
            assertFalse(device.failurePending(call), which + " was not made");
            assertEquals(SimulatedDevice.Live.NOTHING, device.live(), which + ": " + failure);
            assertEquals(0, device.doubleFrees(), which);
            assertEquals(0, device.abandoned(), which);
            assertArrayEquals(expected, run(), "the run after " + which);
        }
    }

    private static void assertClear(Call call, String which, Throwable failure) {
        String said = failure.getMessage();
        boolean known = failure instanceof DeviceException || failure instanceof DeviceUnavailableException;
        assertTrue(known, which + ": " + failure);
        assertTrue(said.contains(" failed: ") || said.contains("asked for="), which + ": " + said);
        assertTrue(said.contains("; "), which + " has no way out: " + said);
        assertFalse(said.contains("\n"), said);
        if (call == Call.ALLOCATION) {
            assertInstanceOf(OutOfDeviceMemoryException.class, failure, which);
        }
    }

    @Test
    void noWaitIsMissing() {
        float[] atOnce = run();
        device.setAsynchronous(true);
        assertArrayEquals(atOnce, run());
        assertEquals(SimulatedDevice.Live.NOTHING, device.live());
    }
}
