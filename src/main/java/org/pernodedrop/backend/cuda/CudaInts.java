package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceInts;

/** 32-bit integers on the GPU. */
final class CudaInts extends CudaBuffer implements DeviceInts {
    CudaInts(DeviceBlock block) {
        super(block);
    }

    private CudaInts(CudaBuffer whole, long offset, long length) {
        super(whole, offset, length);
    }

    /** The buffer as one of this pool's; null stays null. */
    static CudaInts of(DeviceInts buffer, DevicePool pool) {
        return of(buffer, CudaInts.class, pool);
    }

    @Override
    public DeviceInts slice(long offset, long length) {
        return new CudaInts(this, offset, length);
    }

    @Override
    public boolean overlaps(DeviceInts other) {
        return other instanceof CudaInts that && sharesElementWith(that);
    }
}
