package org.pernodedrop.backend;

/** A recording whose replays are operations of its backend. */
record OwnedRecording(OwnerCheck owner, Recording recording) implements Recording {
    @Override
    public void replay() {
        owner.run(recording::replay);
    }

    @Override
    public void close() {
        owner.release(recording::close);
    }
}
