package org.pernodedrop.mask;

/**
 * The Philox key of one layer: words 0 and 1 of Philox(counter = (layer, 0, 0, 0xFFFFFFFF), key = (low, high half of
 * the seed)).
 *
 * @param k0 key word 0, unsigned in the bits of an int
 * @param k1 key word 1, unsigned in the bits of an int
 */
public record LayerKey(int k0, int k1) {
    private static final int KEY_DOMAIN = 0xFFFFFFFF;

    /**
     * The key of a layer.
     *
     * @param seed any 64-bit value
     * @param layer number of the layer in network order, from 0
     * @throws IllegalArgumentException if {@code layer} is negative
     */
    public static LayerKey of(long seed, int layer) {
        if (layer < 0) {
            throw new IllegalArgumentException("layer must be at least 0: layer=" + layer);
        }
        int[] words = new int[4];
        Philox.generate(layer, 0, 0, KEY_DOMAIN, (int) seed, (int) (seed >>> 32), words, 0);
        return new LayerKey(words[0], words[1]);
    }
}
