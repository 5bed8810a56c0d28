package org.pernodedrop.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.Pair;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A trainer for models with {@link PerNodeDropBlock}s: it propagates gradients through them, which DJL's autograd
 * cannot, and advances the masks after every {@link #step}. Otherwise it is DJL's {@code Trainer} and works with
 * {@code EasyTrain.fit}:
 *
 * <pre>{@code
 * try (PerNodeDropBlockTrainer trainer = PerNodeDropBlockTrainer.of(model, config)) {
 *     trainer.initialize(new Shape(1, 784));
 *     EasyTrain.fit(trainer, epochs, training, validation);
 * }
 * }</pre>
 *
 * <p>Training passes need an open gradient collector of {@link #newGradientCollector}, as in {@code EasyTrain}; DJL
 * allows one per process at a time. Samples are numbered across all passes of a step, so that a batch may be split.
 * Equal seeds give equal bits as far as PyTorch's operations are deterministic.
 *
 * <p>One CPU device; the PyTorch engine.
 */
public final class PerNodeDropBlockTrainer extends Trainer {
    private final List<PerNodeDropBlock> blocks;
    private Tape tape;

    private PerNodeDropBlockTrainer(Model model, TrainingConfig config) {
        super(model, config);
        Set<Block> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<PerNodeDropBlock> found = new LinkedHashSet<>();
        find(model.getBlock(), seen, found);
        blocks = List.copyOf(found);
        for (int layer = 0; layer < blocks.size(); layer++) {
            blocks.get(layer).join(this, layer);
        }
    }

    /**
     * A trainer of the model, as {@code model.newTrainer(config)} creates DJL's.
     *
     * @param model with any blocks; its {@link PerNodeDropBlock}s are numbered in depth-first order
     * @param config with the CPU as its only device
     * @throws IllegalArgumentException if an argument is null, or a device is not the CPU
     * @throws IllegalStateException if the model has no block, or an engine other than PyTorch
     */
    public static PerNodeDropBlockTrainer of(Model model, TrainingConfig config) {
        if (model == null || config == null) {
            throw new IllegalArgumentException(
                    "model and config must not be null: model=" + model + ", config=" + config);
        }
        if (model.getBlock() == null) {
            throw new IllegalStateException("the model must have a block; set it by Model.setBlock: model=" + model);
        }
        String engine = model.getNDManager().getEngine().getEngineName();
        if (!engine.equals("PyTorch")) {
            throw new IllegalStateException("PerNodeDropBlockTrainer needs DJL's PyTorch engine; make the model by"
                    + " Model.newInstance(name, \"PyTorch\"): engine=" + engine);
        }
        Device[] devices = config.getDevices();
        if (devices.length != 1 || devices[0].isGpu()) {
            throw new IllegalArgumentException("PerNodeDropBlockTrainer computes on the CPU; set it by"
                    + " optDevices(new Device[] {Device.cpu()}) of the config: devices=" + List.of(devices));
        }
        for (Pair<Initializer, Predicate<Parameter>> pair : config.getInitializers()) {
            if (pair.getKey() != null && pair.getValue() != null) {
                model.getBlock().setInitializer(pair.getKey(), pair.getValue());
            }
        }
        // Loaded parameters do not require gradients yet.
        for (Parameter parameter : model.getBlock().getParameters().values()) {
            if (parameter.isInitialized() && parameter.requiresGradient()) {
                parameter.getArray().setRequiresGradient(true);
            }
        }
        return new PerNodeDropBlockTrainer(model, config);
    }

    private static void find(Block block, Set<Block> seen, Set<PerNodeDropBlock> found) {
        if (!seen.add(block)) {
            return;
        }
        if (block instanceof PerNodeDropBlock ours) {
            found.add(ours);
        }
        for (Block child : block.getChildren().values()) {
            find(child, seen, found);
        }
    }

    /** The record of training passes for the backward pass. */
    Tape tape() {
        Tape open = tape;
        if (open == null) {
            throw new IllegalStateException(
                    "a training pass through a PerNodeDropBlock needs an open gradient collector of"
                            + " its trainer; call forward within try (GradientCollector gc = trainer.newGradientCollector())");
        }
        return open;
    }

    /**
     * As DJL's, and propagates gradients through {@link PerNodeDropBlock}s.
     *
     * @throws IllegalStateException if another collector is open in the process
     */
    @Override
    public GradientCollector newGradientCollector() {
        GradientCollector inner = super.newGradientCollector();
        try {
            return new Collector(inner);
        } catch (RuntimeException | Error failure) {
            inner.close();
            throw failure;
        }
    }

    /**
     * Updates all parameters and advances all masks.
     *
     * @throws IllegalStateException if a later trainer owns a block, or the last step was made; nothing is changed then
     */
    @Override
    public void step() {
        blocks.forEach(block -> block.requireOwner(this));
        blocks.forEach(PerNodeDropBlock::requireStep);
        super.step();
        blocks.forEach(PerNodeDropBlock::advance);
    }

    @Override
    public void close() {
        blocks.forEach(block -> block.leave(this));
        super.close();
    }

    private final class Collector implements GradientCollector {
        private final GradientCollector inner;

        Collector(GradientCollector inner) {
            this.inner = inner;
            tape = new Tape(getManager().newSubManager());
        }

        @Override
        public void backward(NDArray target) {
            tape().backward(target);
        }

        @Override
        public void zeroGradients() {
            inner.zeroGradients();
        }

        @Override
        public void close() {
            inner.close();
            if (tape != null) {
                tape.close();
                tape = null;
            }
        }
    }
}
