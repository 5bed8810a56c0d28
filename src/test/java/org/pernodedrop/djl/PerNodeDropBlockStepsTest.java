package org.pernodedrop.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import org.junit.jupiter.api.Test;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.StepState;

/** Steps of a block, testable without the engine's natives. */
class PerNodeDropBlockStepsTest {
    @Test
    void stepsGoOnToTheLastAndNoFurther() throws Exception {
        PerNodeDropBlock block = PerNodeDropBlock.builder().setUnits(3).build();
        at(block, Integer.MAX_VALUE);
        block.advance();
        assertEquals(1L << 31, Integer.toUnsignedLong(block.mask().step()));
        at(block, (int) StepState.LAST_STEP);
        block.requireStep();
        assertEquals(StepState.LAST_STEP, Integer.toUnsignedLong(block.mask().step()));
        block.advance();
        String said = Refusal.message(IllegalStateException.class, block::requireStep);
        assertTrue(said.startsWith("steps end at 4294967294, and nothing was changed"), said);
        assertTrue(said.contains("step=4294967295"), said);
        assertThrows(IllegalStateException.class, block::mask);
        assertThrows(IllegalStateException.class, block::advance);
    }

    private static void at(PerNodeDropBlock block, int step) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(5);
        out.writeInt(step);
        out.writeInt(0);
        block.loadMetadata((byte) 1, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
