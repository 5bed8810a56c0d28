package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerKeyTest {
    @Test
    void equalsTheDefinition() {
        Random random = new Random(1);
        for (int trial = 0; trial < 1000; trial++) {
            long seed = random.nextLong();
            int layer = trial % 2 == 0 ? trial : random.nextInt() >>> 1;
            long[] key = ReferenceMask.layerKey(seed, layer);
            assertEquals(new LayerKey((int) key[0], (int) key[1]), LayerKey.of(seed, layer));
        }
    }

    @Test
    void differsBetweenLayersAndBothHalvesOfTheSeed() {
        Set<LayerKey> keys = new HashSet<>();
        for (int layer = 0; layer < 10; layer++) {
            for (long seed = 0; seed < 10; seed++) {
                keys.add(LayerKey.of(seed, layer));
                keys.add(LayerKey.of(seed << 32 | 99, layer));
            }
        }
        assertEquals(200, keys.size());
    }

    @Test
    void refusesNegativeLayers() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> LayerKey.of(1, -1));
        assertEquals("layer must be at least 0: layer=-1", e.getMessage());
    }
}
