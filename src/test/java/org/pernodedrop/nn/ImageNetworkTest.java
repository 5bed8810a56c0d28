package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cpu.CpuBackend;

/** On the CPU. */
class ImageNetworkTest extends ImageNetworks {
    ImageNetworkTest() {
        super(new CpuBackend(2), 2e-5);
    }

    @Override
    Backend open(int threads) {
        return new CpuBackend(threads);
    }
}
