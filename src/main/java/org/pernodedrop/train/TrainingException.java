package org.pernodedrop.train;

/** Training that cannot go on. The message is one line: what happened, when, and the way out. */
public final class TrainingException extends RuntimeException {
    /** With a one-line message. */
    public TrainingException(String message) {
        super(message);
    }
}
