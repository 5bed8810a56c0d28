package org.pernodedrop.driver;

/** A device's memory does not suffice. Nothing was changed: what was allocated before is still there and usable. */
public final class OutOfDeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** The message names what was asked for, what is free, and which setting would help. */
    public OutOfDeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
