package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceTimer;

/** Reads Java's clock: every call has finished when it returns. */
final class CpuTimer implements DeviceTimer {
    private final CpuGate gate;
    private final Phase phase = new Phase();
    private long start;
    private long end;

    CpuTimer(CpuGate gate) {
        this.gate = gate;
    }

    @Override
    public void start() {
        gate.requireOutsideCaptures("starting a timer");
        phase.start();
        start = System.nanoTime();
    }

    @Override
    public void stop() {
        long now = System.nanoTime();
        gate.requireOutsideCaptures("stopping a timer");
        phase.stop();
        end = now;
    }

    @Override
    public long elapsedNanos() {
        gate.requireOutsideCaptures("reading a timer");
        phase.read();
        return end - start;
    }

    @Override
    public void close() {
        phase.close();
    }
}
