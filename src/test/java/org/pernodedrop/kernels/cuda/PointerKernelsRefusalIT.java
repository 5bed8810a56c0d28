package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.cuda.DeviceArena.Place;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** What pointer kernels refuse, and what they report of the driver's failures. */
class PointerKernelsRefusalIT extends PointerKernelsFixture {
    @Test
    void whatIsWrongIsRefusedBeforeAnythingIsLaunched() {
        ConnectionShape shape = ConnectionShape.of(2, 3, 4);
        MaskSpec spec = mask(Noise.BERNOULLI, 0.3, 0).spec();
        Layer layer = new Layer(spec, shape, Place.STRIDED);
        setStep(0);
        arena.await();
        PointerPlan plan = layer.plan;
        DeviceLaunch launch = layer.launch;
        DeviceMatrix x = layer.x.matrix;
        DeviceMatrix w = layer.w.matrix;
        DeviceMatrix z = layer.z.matrix;
        DeviceMatrix dz = layer.dz.matrix;
        Activation relu = Activation.RELU;
        CudaDeviceUnderTest.simulated().ifPresent(SimulatedDevice::resetCounts);
        refused("launch must not be null", () -> plan.forward(null, pass(relu, x, w, null, z, null)));
        refused("activation must not be null", () -> plan.forward(launch, pass(null, x, w, null, z, null)));
        refused("x must not be null", () -> plan.forward(launch, pass(relu, null, w, null, z, null)));
        refused("z must not be null", () -> plan.forward(launch, pass(relu, x, w, null, null, null)));
        refused("dz must not be null", () -> plan.backward(launch, new BackwardPass<>(x, w, null, null, null, null)));
        refused("rows that overlap", () -> plan.forward(launch, pass(relu, at(x, 2), w, null, z, null)));
        refused("must not overlap", () -> plan.forward(launch, pass(relu, x, w, null, x, null)));
        refused("must not overlap", () -> plan.forward(launch, pass(relu, x, w, null, z, z)));
        refused("w is too small", () -> plan.forward(launch, pass(relu, x, at(w, 40), null, z, null)));
        refused("x must lie in the GPU's memory", () -> plan.forward(launch, pass(relu, at(4096), w, null, z, null)));
        refused(
                "workspace must not be 0",
                () -> plan.forward(launch.withWorkspace(0), pass(relu, x, w, null, z, null)));
        long few = arena.allocate(16);
        refused(
                "workspace is too small",
                () -> plan.forward(launch.withWorkspace(few), pass(relu, x, w, null, z, null)));
        refused("packed is too small", () -> plan.pack(launch.withPacked(few)));
        refused("packed must not be 0", () -> plan.pack(launch));
        refused("to must have no gaps", () -> plan.export(launch, new DeviceMatrix(layer.w.matrix.address(), 9)));
        long tiny = arena.allocate(8);
        refused("state is too small", () -> kernels.setState(arena.stream(), tiny, 0, 0));
        refused("multiple of 16", () -> DeviceLaunch.of(0, state + 4, 0, 0));
        refused("multiple of 16", () -> kernels.advance(arena.stream(), state + 8));
        refused("firstSample", () -> plan.pack(DeviceLaunch.of(0, state, 0, Integer.MAX_VALUE)));
        refused("layer must be at least 0", () -> DeviceLaunch.of(0, state, -1, 0));
        refused(
                "step must be in [0, 4294967294]: step=4294967295",
                () -> kernels.setState(arena.stream(), state, 0, -1));
        refused("multiple of 4", () -> at(state + 2));
        refused("leadingDimension", () -> new DeviceMatrix(state, 0));
        refused("shape must not be null", () -> kernels.plan(spec, null));
        PointerPlan gaussian = kernels.plan(mask(Noise.GAUSSIAN, 0.3, 0).spec(), shape);
        refused("only Bernoulli", gaussian::packedBytes);
        CudaDeviceUnderTest.simulated().ifPresent(device -> assertEquals(0, device.calls(SimulatedDevice.Call.LAUNCH)));
        arena.leave();
        forbidden("current CUDA context", () -> plan.forward(launch, pass(relu, x, w, null, z, null)));
        forbidden("must have a current CUDA context", PointerKernels::new);
        arena.enter();
        kernels.close();
        forbidden("closed", () -> plan.backward(launch, new BackwardPass<>(x, w, dz, null, null, null)));
    }

    @Test
    void whatTheDriverRefusesIsToldAndTheNextCallWorks() {
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        long before = device.live().pinnedAllocations();
        device.fail(SimulatedDevice.Call.PINNED_ALLOCATION, 1);
        failed("page-locked memory", PointerKernels::new);
        assertEquals(before, device.live().pinnedAllocations());

        Mask mask = mask(Noise.BERNOULLI, 0.3, 3);
        ConnectionShape shape = ConnectionShape.of(13, 33, 31);
        device.fail(SimulatedDevice.Call.MODULE_LOAD, 1);
        failed("loading the kernels", () -> kernels.plan(mask.spec(), shape));
        Layer layer = new Layer(mask.spec(), shape, Place.STRIDED);
        setStep(3);
        device.fail(SimulatedDevice.Call.LAUNCH, 1);
        failed("launching the kernel", () -> layer.compute(0));
        device.fail(SimulatedDevice.Call.COPY, 1);
        failed("copying rows", () -> layer.compute(0));
        layer.compute(0);
        arena.await();
        layer.check(mask);
    }

    private static void failed(String message, Executable call) {
        String said = assertThrows(DeviceException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }

    private static ForwardPass<DeviceMatrix> pass(
            Activation activation, DeviceMatrix x, DeviceMatrix w, DeviceMatrix bias, DeviceMatrix z, DeviceMatrix y) {
        return new ForwardPass<>(activation, x, w, bias, z, y);
    }

    private static DeviceMatrix at(long address) {
        return new DeviceMatrix(address, 4);
    }

    private static DeviceMatrix at(DeviceMatrix matrix, int leadingDimension) {
        return new DeviceMatrix(matrix.address(), leadingDimension);
    }

    private static void refused(String message, Executable call) {
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }

    private static void forbidden(String message, Executable call) {
        String said = assertThrows(IllegalStateException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }
}
