package org.pernodedrop.kernels;

/** Memory of a GPU, by the address where it begins. */
@FunctionalInterface
public interface DeviceAddress {
    /** The address, as the GPU's driver gave it; never 0. */
    long address();
}
