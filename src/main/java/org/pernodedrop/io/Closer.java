package org.pernodedrop.io;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Closes what was put in, last first, all of it, and then throws what failed first. */
public final class Closer implements AutoCloseable {
    /** What closes without a checked exception. */
    public interface Step {
        /** Closes it. */
        void run();
    }

    private final Deque<Step> steps = new ArrayDeque<>();

    /** What is to be closed before all that was put in earlier. */
    public void add(Step step) {
        steps.push(step);
    }

    /** The same for a resource, which is returned. */
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

    /** Closes because something failed, which is to be thrown on. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException another) {
            failure.addSuppressed(another);
        }
    }
}
