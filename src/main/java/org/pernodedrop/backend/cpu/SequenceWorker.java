package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.SequenceMask.INPUTS;
import static org.pernodedrop.backend.cpu.SequenceMask.OUTPUTS;

/** One worker's memory for products of sequences; allocated when the first one comes. */
final class SequenceWorker {
    final SequenceMask mask;

    /** Masked weights {@code [INPUTS, OUTPUTS]}, later the gradient of the same rectangle before its mask. */
    final float[] tile = new float[INPUTS * OUTPUTS];

    SequenceWorker(ConnectionTiles tiles, TileScratch scratch) {
        mask = new SequenceMask(tiles, scratch);
    }
}
