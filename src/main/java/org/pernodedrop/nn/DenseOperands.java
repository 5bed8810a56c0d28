package org.pernodedrop.nn;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;

/**
 * What all products of a dense layer work with.
 *
 * @param inputs I
 * @param outputs U
 * @param weight {@code [I, U]}
 * @param bias {@code [U]}, or null for none
 */
record DenseOperands(
        Backend backend, Activation activation, int inputs, int outputs, Parameter weight, Parameter bias) {

    DeviceFloats biasValues() {
        return bias == null ? null : bias.values();
    }
}
