package org.pernodedrop.driver;

/** A device failed in an operation with valid arguments; the message names operation, cause and remedy. */
public class DeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A failure with its cause, which may be null. */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
