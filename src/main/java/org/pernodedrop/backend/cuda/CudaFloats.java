package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;

/** Floats on the GPU. */
final class CudaFloats extends CudaBuffer implements DeviceFloats {
    CudaFloats(DeviceBlock block) {
        super(block);
    }

    private CudaFloats(CudaBuffer whole, long offset, long length) {
        super(whole, offset, length);
    }

    /** The buffer as one of this pool's; null stays null. */
    static CudaFloats of(DeviceFloats buffer, DevicePool pool) {
        return of(buffer, CudaFloats.class, pool);
    }

    @Override
    public DeviceFloats slice(long offset, long length) {
        return new CudaFloats(this, offset, length);
    }

    @Override
    public boolean overlaps(DeviceFloats other) {
        return other instanceof CudaFloats that && sharesElementWith(that);
    }

    @Override
    public boolean startsAt(DeviceFloats other) {
        return other instanceof CudaFloats that && block == that.block && address == that.address;
    }
}
