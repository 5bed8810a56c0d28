package org.pernodedrop.backend;

/** A timer whose calls are operations of its backend. */
record OwnedTimer(OwnerCheck owner, DeviceTimer timer) implements DeviceTimer {
    @Override
    public void start() {
        owner.run(timer::start);
    }

    @Override
    public void stop() {
        owner.run(timer::stop);
    }

    @Override
    public long elapsedNanos() {
        return owner.get(timer::elapsedNanos);
    }

    @Override
    public void close() {
        owner.release(timer::close);
    }
}
