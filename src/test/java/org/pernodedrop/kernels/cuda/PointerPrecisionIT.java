package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cuda.DeviceArena.Place;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/** Products of factors rounded to bf16 on a caller's own GPU memory; the workspace that plans name is all that copies take. */
class PointerPrecisionIT extends PointerKernelsFixture {
    @Override
    Precision precision() {
        return Precision.BF16;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0.5",
        "3, 1, 13, 33, 0.5",
        "33, 1, 32, 64, 0.25",
        "13, 1, 207, 31, 0.3",
        "1029, 1, 5, 7, 0.3",
        "17, 1, 32, 100, 0",
        "3, 5, 13, 33, 0.3",
        "2, 13, 32, 64, 0.5"
    })
    void factorsAreRoundedWhereverTheyLie(int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        for (Noise noise : Noise.values()) {
            Mask mask = mask(noise, rate, 1000);
            for (Place place : Place.values()) {
                setStep(1000);
                Layer layer = new Layer(mask.spec(), shape, place);
                layer.compute(0);
                arena.await();
                layer.check(mask);
            }
        }
    }

    /** Both passes by packed bits, too, and a bias gradient of what is not rounded. */
    @Test
    void packedBitsServeRoundedFactors() {
        ConnectionShape shape = ConnectionShape.of(37, 100, 64);
        Mask mask = mask(Noise.BERNOULLI, 0.3, 8);
        setStep(8);
        Layer layer = new Layer(mask.spec(), shape, Place.ALIGNED);
        layer.compute(arena.allocate(layer.plan.packedBytes()));
        arena.await();
        layer.check(mask);
    }

    @Test
    void copiesLieInTheWorkspace() {
        ConnectionShape shape = ConnectionShape.of(64, 128, 256);
        // Sparse tensor cores take bits, and round on the way.
        Layer layer = new Layer(mask(Noise.GAUSSIAN, 0.5, 0).spec(), shape, Place.ALIGNED);
        long largest = Float.BYTES * (shape.weightSize() + shape.outputSize());
        assertTrue(layer.plan.workspaceBytes() >= largest, "bytes=" + layer.plan.workspaceBytes());
        CudaDeviceUnderTest.simulated().ifPresent(SimulatedDevice::resetCounts);
        layer.compute(0);
        CudaDeviceUnderTest.simulated()
                .ifPresent(device -> assertEquals(0, device.calls(SimulatedDevice.Call.ALLOCATION)));
    }

    @Test
    void aPrecisionIsNeeded() {
        Refusal.contains(
                IllegalArgumentException.class, "precision must not be null", () -> new PointerKernels(null).close());
    }
}
