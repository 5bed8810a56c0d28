package org.pernodedrop.backend;

import java.util.function.Supplier;

/**
 * Runs the kernels of a backend's operations, for one thread at a time. While it {@link #observe observes} a capture,
 * kernels are not run: only the step states that they use are reported.
 */
public final class KernelRunner {
    /** What is told of the step states that operations use. */
    public interface StepObserver {
        /**
         * An operation uses the current step of a state.
         *
         * @param advances steps that the state advances in it, 0 or 1
         */
        void use(StepState state, int advances);
    }

    private final OwnerCheck owner;
    private StepObserver observer;

    /** @param owner lets one thread at a time in */
    public KernelRunner(OwnerCheck owner) {
        this.owner = owner;
    }

    OwnerCheck owner() {
        return owner;
    }

    /** Runs operations whose kernels are skipped; the observer is told of their step states. */
    public void observe(StepObserver told, Runnable operations) {
        observer = told;
        try {
            operations.run();
        } finally {
            observer = null;
        }
    }

    void run(Runnable kernel) {
        owner.run(() -> {
            if (observer == null) {
                kernel.run();
            }
        });
    }

    void run(StepState state, int advances, Runnable kernel) {
        owner.run(() -> {
            if (observer == null) {
                kernel.run();
            } else {
                observer.use(state, advances);
            }
        });
    }

    void runAlways(Runnable kernel) {
        owner.run(kernel);
    }

    <T> T getAlways(Supplier<T> kernel) {
        return owner.get(kernel);
    }
}
