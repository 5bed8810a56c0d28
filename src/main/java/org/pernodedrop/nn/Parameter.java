package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;

/**
 * A parameter of a network, with windows into the network's flat buffers.
 *
 * @param name number of the layer and name within it: {@code 0.weight}, {@code 0.bias}
 * @param shape its shape, row-major
 * @param offset of its first element in the flat buffers, a multiple of 4
 * @param values its values on the device
 * @param gradient the gradient that the last backward pass left; L2 is added to it in the update
 */
public record Parameter(String name, Shape shape, long offset, DeviceFloats values, DeviceFloats gradient) {}
