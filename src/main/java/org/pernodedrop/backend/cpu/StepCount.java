package org.pernodedrop.backend.cpu;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.Map;
import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.DeviceKernels;
import org.pernodedrop.backend.GatherKernels;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossKernels;
import org.pernodedrop.backend.MaskKernels;
import org.pernodedrop.backend.MatrixKernels;
import org.pernodedrop.backend.NormalizationKernels;
import org.pernodedrop.backend.OptimizerKernels;
import org.pernodedrop.backend.RandomFillKernels;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.VectorKernels;
import org.pernodedrop.backend.WindowKernels;

/**
 * Counts the steps that a recording makes of each state, by kernels that compute nothing: each replay asks for all of them
 * before its first operation, so that none ends half-way.
 */
final class StepCount {
    private static final String ADVANCE = "advance";

    private final DeviceKernels kernels;
    private final Map<CpuStepState, Integer> advances = new IdentityHashMap<>();
    private final Map<CpuStepState, Integer> steps = new IdentityHashMap<>();

    /** @param computing kernels, which answer what is asked */
    StepCount(DeviceKernels computing) {
        kernels = new DeviceKernels(
                computing.memory(),
                counting(VectorKernels.class, computing.vectors()),
                counting(RandomFillKernels.class, computing.randomFills()),
                counting(MatrixKernels.class, computing.matrices()),
                counting(ConnectionPassKernels.class, computing.connectionPasses()),
                counting(MaskKernels.class, computing.masks()),
                counting(WindowKernels.class, computing.windows()),
                counting(NormalizationKernels.class, computing.normalizations()),
                counting(LossKernels.class, computing.losses()),
                counting(OptimizerKernels.class, computing.optimizers()),
                counting(GatherKernels.class, computing.gathers()));
    }

    /** Those that count; memory is not for recordings, and refused by its own. */
    DeviceKernels kernels() {
        return kernels;
    }

    /** Refuses to begin if a state has too few steps left. */
    void requireSteps() {
        steps.forEach((state, count) -> StepState.requireSteps(state.currentStep(), count));
    }

    private <T> T counting(Class<T> type, T computing) {
        Object proxy = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> count(method, arguments, computing));
        return type.cast(proxy);
    }

    private Object count(Method method, Object[] arguments, Object computing) throws Throwable {
        if (method.getReturnType() != void.class) {
            return answer(method, arguments, computing);
        }
        boolean optimizes = method.getDeclaringClass() == OptimizerKernels.class;
        for (Object argument : arguments) {
            if (argument instanceof LayerMask mask && !mask.spec().fixed()) {
                use(CpuStepState.of(mask.state()));
            } else if (argument instanceof StepState state && optimizes) {
                use(CpuStepState.of(state));
                if (method.getName().equals(ADVANCE)) {
                    advances.merge(CpuStepState.of(state), 1, Integer::sum);
                }
            }
        }
        return null;
    }

    private static Object answer(Method method, Object[] arguments, Object computing) throws Throwable {
        try {
            return method.invoke(computing, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void use(CpuStepState state) {
        steps.merge(state, advances.getOrDefault(state, 0) + 1, Math::max);
    }
}
