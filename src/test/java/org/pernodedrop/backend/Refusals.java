package org.pernodedrop.backend;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.Refusal;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Collects wrong calls as tests, with buffers to make them with. */
abstract class Refusals {
    static final MaskSpec CONNECTION = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
    static final MaskSpec GAUSSIAN = MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.5);
    static final MaskSpec NODE = MaskSpec.of(Noise.BERNOULLI, Granularity.NODE, 0.5);
    static final MaskSpec FIXED = new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, DropRate.of(0.5), true);

    final List<DynamicTest> list = new ArrayList<>();
    final Backend backend;
    final StepState state;
    final LossAccumulator totals;
    final DeviceFloats four;
    final DeviceFloats fourMore;
    final DeviceFloats third;
    final DeviceFloats fourth;
    final DeviceFloats three;
    final DeviceFloats whole;
    final DeviceInts ints;
    final DeviceInts oneInt;

    Refusals(Backend backend) {
        this.backend = backend;
        state = backend.memory().newStepState(1);
        totals = backend.memory().newLossAccumulator();
        four = backend.memory().allocate(4);
        fourMore = backend.memory().allocate(4);
        third = backend.memory().allocate(4);
        fourth = backend.memory().allocate(4);
        three = backend.memory().allocate(3);
        whole = backend.memory().allocate(9);
        ints = backend.memory().allocateInts(4);
        oneInt = backend.memory().allocateInts(1);
    }

    void refused(String message, Executable call) {
        refused(IllegalArgumentException.class, message, call);
    }

    void closed(String name, Executable call) {
        refused(IllegalStateException.class, name + " was closed before its use", call);
    }

    private void refused(Class<? extends Throwable> kind, String message, Executable call) {
        list.add(DynamicTest.dynamicTest(message, () -> Refusal.contains(kind, message, call)));
    }

    LayerMask layer(MaskSpec spec) {
        return new LayerMask(spec, 0, state);
    }

    DeviceFloats late() {
        return whole.slice(1, 4);
    }
}
