package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;

/**
 * What a layer gathers in training and needs at inference, beside its parameters: running moments, for instance. No
 * optimizer changes it.
 *
 * @param name number of the layer and name within it: {@code 3.mean}, {@code 3.variance}
 * @param shape its shape, row-major
 * @param offset of its first element in the flat buffer
 * @param values its values on the device
 */
public record Statistic(String name, Shape shape, long offset, DeviceFloats values) {}
