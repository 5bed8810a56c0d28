package org.pernodedrop.app.bench;

/** A way to compute a layer gives results that it must not be timed with. */
final class WrongResultException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongResultException(String message) {
        super(message);
    }
}
