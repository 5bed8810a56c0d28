package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceException;

/** An operation broke the GPU's context: all further calls of the process fail, and its memory goes with the process. */
final class ContextLostException extends DeviceException {
    private static final long serialVersionUID = 1;

    ContextLostException(String message) {
        super(message, null);
    }
}
