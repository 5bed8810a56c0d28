package org.pernodedrop.backend;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Holds what serves one thread at a time to that: who calls while another thread is in a call is refused, and the call
 * under way is not affected. Threads may follow one another; what one has done is then seen by the next. Calls within a
 * call, of the same thread, belong to it. A call costs a compare-and-set, one within another a few instructions.
 */
public final class OwnerCheck {
    private static final VarHandle OWNER;
    private static final long POLL_NANOS = 100_000;
    private static final long LIMIT_NANOS = 60_000_000_000L;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(OwnerCheck.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final String remedy;
    private volatile Thread owner;
    /** Calls that the owner's outermost call holds; its own alone. */
    private int depth;

    private final long limitNanos;
    private volatile boolean closing;
    private volatile Thread closer;
    private volatile boolean closed;

    /**
     * @param name of what is held to it, for messages: "backend"
     * @param remedy the way out, for messages
     */
    public OwnerCheck(String name, String remedy) {
        this(name, remedy, LIMIT_NANOS);
    }

    OwnerCheck(String name, String remedy, long limitNanos) {
        this.name = name;
        this.remedy = remedy;
        this.limitNanos = limitNanos;
    }

    /**
     * Runs a call.
     *
     * @throws IllegalStateException if another thread is in one, naming both, or after {@link #close}
     */
    public void run(Runnable call) {
        enter();
        try {
            requireOpen();
            call.run();
        } finally {
            leave();
        }
    }

    /** The same for a call with a result. */
    public <T> T get(Supplier<T> call) {
        enter();
        try {
            requireOpen();
            return call.get();
        } finally {
            leave();
        }
    }

    /**
     * Runs what gives back a part; also after {@link #close}.
     *
     * @throws IllegalStateException if another thread is in a call, naming both
     */
    public void release(Runnable call) {
        enter();
        try {
            call.run();
        } finally {
            leave();
        }
    }

    /**
     * Refuses threads other than that of the call under way, if there is one; for what is too short to be a call itself.
     *
     * @throws IllegalStateException naming both threads
     */
    public void check() {
        Thread present = owner;
        if (present != null && present != Thread.currentThread()) {
            throw refusal(present);
        }
    }

    /**
     * Ends it: from now on calls are refused, also those within the call that another thread may be in; when that has
     * ended, gives back everything, once. Who closes meanwhile waits too.
     *
     * @throws IllegalStateException from within a call of the same thread, which could never end, and nothing is closed then;
     *     or if another thread's call has not ended within a minute, as one that waits for this thread: calls stay refused,
     *     and closing may be tried again
     */
    void close(Runnable giveBack) {
        Thread self = Thread.currentThread();
        if (owner == self && closer != self) {
            throw new IllegalStateException(
                    "the " + name + " cannot be closed by an operation of its own; close it after the operation");
        }
        closing = true;
        if (!claimClosing(self)) {
            return;
        }
        if (!await(() -> OWNER.compareAndSet(this, (Thread) null, self), limitNanos)) {
            Thread present = owner;
            closer = null;
            throw new IllegalStateException(
                    "the " + name + " cannot be closed while another thread's operation goes on, in"
                            + " which all calls are refused now; end it and close again: thread=" + named(self)
                            + ", thread in an operation=" + (present == null ? "none any more" : named(present)));
        }
        try {
            giveBack.run();
        } finally {
            closed = true;
            owner = null;
        }
    }

    // Whether it is this thread that has to; if another one is at it, waits for that.
    private boolean claimClosing(Thread self) {
        while (true) {
            synchronized (this) {
                if (closed || closer == self) {
                    return false;
                }
                if (closer == null) {
                    closer = self;
                    return true;
                }
            }
            await(() -> closed || closer == null, Long.MAX_VALUE);
        }
    }

    private interface Condition {
        boolean holds();
    }

    // Rare and short, so that leaving a call need not look for somebody to wake.
    private boolean await(Condition condition, long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        boolean holds = condition.holds();
        while (!holds && System.nanoTime() - start < nanos) {
            LockSupport.parkNanos(this, POLL_NANOS);
            // An interrupt ends the parking, not the waiting; the thread gets it back.
            interrupted |= Thread.interrupted();
            holds = condition.holds();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return holds;
    }

    private void requireOpen() {
        if (closing && (closed || closer != Thread.currentThread())) {
            throw closed();
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the " + name + " was closed before its use");
    }

    private void enter() {
        Thread self = Thread.currentThread();
        if (owner == self) {
            depth++;
            return;
        }
        Thread present = (Thread) OWNER.compareAndExchange(this, (Thread) null, self);
        if (present != null) {
            throw refusal(present);
        }
    }

    private void leave() {
        if (depth > 0) {
            depth--;
        } else {
            OWNER.setRelease(this, (Thread) null);
        }
    }

    private IllegalStateException refusal(Thread present) {
        if (closer == present) {
            return closed();
        }
        return new IllegalStateException("a " + name + " serves one thread at a time; " + remedy + ": thread="
                + named(Thread.currentThread()) + ", thread in an operation=" + named(present));
    }

    // Virtual threads need not have a name.
    private static String named(Thread thread) {
        return thread.getName().isEmpty() ? thread.toString() : thread.getName();
    }
}
