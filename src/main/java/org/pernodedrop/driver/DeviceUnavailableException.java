package org.pernodedrop.driver;

/** A device is not available on this machine; the message says what is missing and the remedy. */
public final class DeviceUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** A reason with its cause, which may be null. */
    public DeviceUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
