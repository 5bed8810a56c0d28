package org.pernodedrop.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be asked to compute. */
public enum Device {
    /** The best that works. */
    AUTO,
    /** The CPU. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA;

    /**
     * The device of a name as on the command line, in any case.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Device parse(String name) {
        for (Device device : values()) {
            if (device.name().equalsIgnoreCase(name)) {
                return device;
            }
        }
        String names = Arrays.stream(values()).map(Device::toString).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("device must be one of " + names + ": device=" + name);
    }

    /** The name on the command line and in files: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
