package org.pernodedrop.backend.cuda;

import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.MaskSpec;

/**
 * A kind of layer that {@link PointerConnections#prepare} has made ready.
 *
 * @param spec distribution of its mask
 * @param shape its sizes
 * @param scratchBytes workspace that a call takes at most beside the copies of operands with gaps
 */
public record PointerLayer(MaskSpec spec, ConnectionShape shape, long scratchBytes) {
    // Without a mask all rows are samples.
    ConnectionShape computed() {
        return computed(spec, shape);
    }

    static ConnectionShape computed(MaskSpec spec, ConnectionShape shape) {
        return spec.isIdentity() ? ConnectionShape.of(shape.rows(), shape.inputs(), shape.outputs()) : shape;
    }
}
