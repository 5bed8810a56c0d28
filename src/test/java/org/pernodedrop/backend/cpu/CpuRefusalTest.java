package org.pernodedrop.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Closing;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.StepState;

/** What the CPU refuses beyond the contract: numbers that other devices trust, other devices' objects, use after close. */
class CpuRefusalTest {
    private final Backend backend = new CpuBackend(2);
    private final StepState state = backend.memory().newStepState(1);
    private final LossAccumulator totals = backend.memory().newLossAccumulator();
    private final DeviceFloats four = backend.memory().allocate(4);
    private final DeviceFloats fourMore = backend.memory().allocate(4);
    private final DeviceInts two = backend.memory().allocateInts(2);

    @AfterEach
    void close() {
        backend.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 1", "-1, 0, 0"})
    void labelsOutOfRange(int first, int second, int row) {
        backend.memory().upload(new int[] {first, second}, 0, two);
        int label = row == 0 ? first : second;
        refused(
                "labels must be in [0, classes): row=" + row + ", label=" + label + ", classes=2",
                () -> backend.losses().softmaxCrossEntropy(state, 2, 2, four, two, fourMore, totals));
        assertEquals(new LossTotals(0, 0, 0, -1), totals.read(), "nothing was added");
    }

    @Test
    void rowsOutOfRange() {
        backend.memory().upload(new int[] {1, 2}, 0, two);
        refused("rows[1]=2, number of rows=2", () -> backend.vectors().gatherRows(2, 2, four, two, fourMore));
        backend.memory().upload(new int[] {-1, 0}, 0, two);
        refused("rows[0]=-1, number of rows=2", () -> backend.vectors()
                .gatherLabels(2, two, two, backend.memory().allocateInts(2)));
    }

    @Test
    void buffersTooLongForAnArray() {
        refused("length=2147483640", () -> backend.memory().allocate(Integer.MAX_VALUE - 7));
        refused("length=4294967296", () -> backend.memory().allocateInts(1L << 32));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1025})
    void impossibleThreads(int threads) {
        refused("threads must be in [1, 1024]: threads=" + threads, () -> new CpuBackend(threads));
    }

    @Test
    void objectsOfOtherDevices() {
        refused("buffer=$Proxy", () -> backend.vectors().fill(other(DeviceFloats.class), 1));
        refused("buffer=$Proxy", () -> backend.memory().upload(new int[4], 0, other(DeviceInts.class)));
        refused("totals=$Proxy", () -> backend.losses()
                .softmaxCrossEntropy(state, 2, 2, four, two, null, other(LossAccumulator.class)));
    }

    @Test
    void statesAndTotalsAfterClose() {
        state.close();
        totals.close();
        closed("the step state was closed", state::step);
        closed("the step state was closed", () -> state.setStep(1));
        closed("the step state was closed", state::learningRate);
        closed("the step state was closed", () -> state.setLearningRate(1));
        closed("the step state was closed", () -> backend.optimizers().advance(state));
        closed("the loss accumulator was closed", totals::read);
        closed("the loss accumulator was closed", totals::reset);
        closed("the loss accumulator was closed", () -> backend.losses()
                .softmaxCrossEntropy(backend.memory().newStepState(0), 2, 2, four, two, null, totals));
    }

    @Test
    void theBackendAfterClose() {
        backend.close();
        backend.close();
        String message = "the backend was closed";
        closed(message, backend::synchronize);
        closed(message, () -> backend.memory().newStepState(1));
        closed(message, () -> backend.memory().newLossAccumulator());
        closed(message, () -> backend.memory().allocate(1));
        closed(message, () -> backend.memory().upload(new float[4], 0, four));
        closed(message, () -> backend.memory().download(four));
        closed(message, () -> backend.vectors().fill(four, 1));
        closed(message, () -> backend.matrices().product(false, false, 1, 1, 1, 1, four, four, 0, fourMore));
        closed(message, () -> backend.losses().softmaxCrossEntropy(state, 2, 2, four, two, null, totals));
        closed(message, () -> backend.optimizers().advance(state));
    }

    @Test
    void closingEndsWhatAnotherThreadDoes() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            Closing.whileAnOperationIsUnderWay(new CpuBackend(3));
            Closing.betweenOperations(new CpuBackend(3));
        }
    }

    private static void refused(String message, Executable call) {
        Refusal.contains(IllegalArgumentException.class, message, call);
    }

    private static void closed(String message, Executable call) {
        Refusal.contains(IllegalStateException.class, message, call);
    }

    // An object of another device, which answers nothing but its length.
    private static <T> T other(Class<T> kind) {
        return kind.cast(Proxy.newProxyInstance(
                kind.getClassLoader(),
                new Class<?>[] {kind},
                (proxy, method, arguments) -> method.getName().equals("length") ? (Object) 4L : (Object) false));
    }
}
