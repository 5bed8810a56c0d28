package org.pernodedrop.backend;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** A feed whose calls are operations of its backend. */
record OwnedFeed(OwnerCheck owner, BatchFeed feed) implements BatchFeed {
    @Override
    public FloatBuffer features() {
        return owner.get(feed::features);
    }

    @Override
    public IntBuffer labels() {
        return owner.get(feed::labels);
    }

    @Override
    public void submit() {
        owner.run(feed::submit);
    }

    @Override
    public void receive(DeviceFloats features, DeviceInts labels) {
        owner.run(() -> feed.receive(features, labels));
    }

    @Override
    public void close() {
        owner.release(feed::close);
    }
}
