package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.Sgd;
import org.pernodedrop.train.TrainingConfig.Builder;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;

class TrainingConfigTest {
    private static void refused(String message, UnaryOperator<Builder> change) {
        Builder builder = change.apply(TrainingConfig.builder());
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    @Test
    void refusesValuesOutOfRange() {
        refused("epochs must be at least 1: epochs=0", b -> b.epochs(0));
        refused("batchSize must be at least 1: batchSize=-3", b -> b.batchSize(-3));
        refused("momentum must be in [0, 1): momentum=1.0", b -> b.momentum(1));
        refused("momentum must be in [0, 1): momentum=NaN", b -> b.momentum(Double.NaN));
        refused("weightDecay must be finite and at least 0: weightDecay=-1.0", b -> b.weightDecay(-1));
        refused("learningRate must be finite and above 0: learningRate=0.0", b -> b.learningRate(0));
        refused("learningRate must be finite and above 0: learningRate=1.0E39", b -> b.learningRate(1e39));
        refused("patience must be at least 1, or 0 for off: patience=-1", b -> b.patience(-1));
    }

    @Test
    void makesTheOptimizer() {
        Builder builder = TrainingConfig.builder().momentum(0.5).weightDecay(0.25);
        assertEquals(Adam.standard(), builder.build().newOptimizer());
        assertEquals(
                Sgd.momentum(0.5), builder.optimizer(OptimizerKind.SGD).build().newOptimizer());
        assertEquals(
                AdamW.weightDecay(0.25),
                builder.optimizer(OptimizerKind.ADAMW).build().newOptimizer());
    }
}
