package org.pernodedrop.io;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Closes resources in reverse order of registration. If some fail, all are closed and the first failure is thrown, with
 * the others suppressed.
 */
public final class Closer implements AutoCloseable {
    /** An action without checked exceptions. */
    public interface Step {
        /** Closes a resource. */
        void run();
    }

    private final Deque<Step> steps = new ArrayDeque<>();

    /** Registers an action, which runs before those registered earlier. */
    public void add(Step step) {
        steps.push(step);
    }

    /** Registers a resource and returns it. */
    public <T> T own(T resource, Consumer<T> close) {
        add(() -> close.accept(resource));
        return resource;
    }

    @Override
    public void close() {
        RuntimeException first = null;
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
            } catch (RuntimeException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Closes after a failure that the caller rethrows; failures of closing are added to it as suppressed. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException another) {
            failure.addSuppressed(another);
        }
    }
}
