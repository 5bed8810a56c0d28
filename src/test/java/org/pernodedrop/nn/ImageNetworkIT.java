package org.pernodedrop.nn;

import org.junit.jupiter.api.Tag;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;

/** On a GPU, where products with masks that positions share round their factors to TF32, 10 bits. */
@Tag("thorough")
class ImageNetworkIT extends ImageNetworks {
    ImageNetworkIT() {
        super(CudaDeviceUnderTest.open(), 4e-3);
    }

    @Override
    Backend open(int threads) {
        return CudaDeviceUnderTest.open();
    }
}
