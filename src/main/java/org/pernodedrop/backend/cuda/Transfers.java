package org.pernodedrop.backend.cuda;

/** Arrays to the GPU and back. */
final class Transfers {
    private final StagingBuffer staging;

    Transfers(StagingBuffer staging) {
        this.staging = staging;
    }

    void upload(float[] from, int offset, CudaFloats to) {
        staging.upload(to.address, to.bytes(), (window, first) -> window.asFloatBuffer()
                .put(from, offset + (int) (first / Float.BYTES), window.remaining() / Float.BYTES));
    }

    void upload(int[] from, int offset, CudaInts to) {
        staging.upload(to.address, to.bytes(), (window, first) -> window.asIntBuffer()
                .put(from, offset + (int) (first / Integer.BYTES), window.remaining() / Integer.BYTES));
    }

    void download(CudaFloats from, float[] to, int offset) {
        staging.download(from.address, from.bytes(), (window, first) -> window.asFloatBuffer()
                .get(to, offset + (int) (first / Float.BYTES), window.remaining() / Float.BYTES));
    }
}
