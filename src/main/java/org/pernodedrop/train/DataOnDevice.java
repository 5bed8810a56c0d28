package org.pernodedrop.train;

import java.util.Locale;

/** Where a data set is to lie while it is trained on. */
public enum DataOnDevice {
    /** On the device if there is room, else on the host. */
    AUTO,
    /** On the device, or not at all. */
    YES,
    /** On the host, copied batch by batch. */
    NO;

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
