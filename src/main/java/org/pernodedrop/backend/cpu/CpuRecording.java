package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Recording;

/** Runs the operations anew at every replay: a call costs nothing here. */
final class CpuRecording implements Recording {
    private final CpuBackend backend;
    private final Runnable operations;
    private boolean closed;

    CpuRecording(CpuBackend backend, Runnable operations) {
        this.backend = backend;
        this.operations = operations;
    }

    @Override
    public void replay() {
        if (closed) {
            throw new IllegalStateException("the recording was closed before its use");
        }
        backend.replay(operations);
    }

    @Override
    public void close() {
        closed = true;
    }
}
