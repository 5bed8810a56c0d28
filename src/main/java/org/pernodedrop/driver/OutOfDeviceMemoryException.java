package org.pernodedrop.driver;

/** A device is out of memory. Nothing was changed: earlier allocations remain usable. */
public final class OutOfDeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1;

    /** The message names the bytes requested, the bytes free, and the remedy. */
    public OutOfDeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
