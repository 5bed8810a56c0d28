package org.pernodedrop.tribuo;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.Architecture;
import org.pernodedrop.train.DeviceResidentDataset;
import org.pernodedrop.train.EpochMetrics;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;
import org.pernodedrop.train.TrainingListener;
import org.tribuo.Dataset;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * Trains classifiers with PerNodeDrop layers on Tribuo's data sets, on the CPU or a GPU:
 *
 * <pre>{@code
 * Trainer<Label> trainer = PerNodeDropTrainer.builder().network("mlp:128").dropRate(0.5).epochs(15).build();
 * Model<Label> model = trainer.train(training);
 * }</pre>
 *
 * <p>Settings have the names of the command line's {@code train} options. Features are not scaled: use Tribuo's
 * {@code TransformTrainer}. Weights of examples are ignored.
 *
 * <p>Like every Tribuo trainer it can be configured by OLCUT, counts its invocations, and draws a new seed for each
 * invocation from its own. A model's provenance holds the settings, the invocation count and the data; they reproduce
 * the model bit for bit on the same processor and device. Several threads may train with one trainer at a time; seeds
 * then follow the order in which the trainings begin.
 */
public final class PerNodeDropTrainer implements Trainer<Label> {
    private static final Logger LOGGER = Logger.getLogger(PerNodeDropTrainer.class.getName());

    // Strings rather than enums, which OLCUT writes by toString() and reads by name().
    @Config(description = "The layers: mlp:UNITS,UNITS,... for dense hidden layers, from the input on.")
    private String network = "mlp:256,256";

    @Config(description = "What the hidden layers do against overfitting.")
    private String regularizer = Regularizer.PERNODEDROP.toString();

    @Config(description = "The noise on connections.")
    private String noise = Noise.BERNOULLI.toString();

    @Config(
            description =
                    "Share of connections that are dropped, in [0, 1); of Gaussian noise p of its variance p/(1-p).")
    private double dropRate = 0.3;

    @Config(description = "How layers with masks on connections are computed.")
    private String strategy = Strategy.AUTO.toString();

    @Config(description = "The activation of the hidden layers.")
    private String activation = Activation.RELU.toString();

    @Config(description = "Penalty on the weights: l2/2 sum w^2.")
    private double l2 = 0;

    @Config(description = "Passes over the data.")
    private int epochs = 30;

    @Config(description = "Examples in a step.")
    private int batchSize = 64;

    @Config(description = "How parameters follow their gradients.")
    private String optimizer = OptimizerKind.ADAM.toString();

    @Config(description = "The learning rate.")
    private double learningRate = 1e-3;

    @Config(description = "What all that is random follows from.")
    private long seed = Trainer.DEFAULT_SEED;

    @Config(description = "What is computed on; auto takes a GPU that works, else the CPU.")
    private String device = Device.AUTO.toString();

    private SplittableRandom seeds;
    private int invocations;

    private PerNodeDropTrainer() {}

    /** Settings of a trainer; all have defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Called by OLCUT after configuration. */
    @Override
    public void postConfig() {
        setInvocationCount(0);
        try {
            check();
        } catch (IllegalArgumentException e) {
            throw new PropertyException(e, "", "", e.getMessage());
        }
    }

    private void check() {
        if (!(Architecture.parse(network) instanceof Architecture.Mlp)) {
            throw new IllegalArgumentException(
                    "network must have dense layers alone, as Tribuo has no shapes of images; take mlp:...: network="
                            + network);
        }
        model().describe(new int[] {1}, 2, 0, settings(0).newOptimizer());
        Device.parse(device);
    }

    private static <E extends Enum<E>> E parse(String setting, String text, Class<E> kind) {
        for (E value : kind.getEnumConstants()) {
            if (value.toString().equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                setting + " must be one of " + Arrays.toString(kind.getEnumConstants()) + ": " + setting + "=" + text);
    }

    private ModelConfig model() {
        return new ModelConfig(
                parse("regularizer", regularizer, Regularizer.class),
                parse("noise", noise, Noise.class),
                Granularity.CONNECTION,
                false,
                parse("strategy", strategy, Strategy.class),
                dropRate,
                Architecture.parse(network),
                parse("activation", activation, Activation.class),
                l2);
    }

    private TrainingConfig settings(long runSeed) {
        return TrainingConfig.builder()
                .epochs(epochs)
                .batchSize(batchSize)
                .optimizer(parse("optimizer", optimizer, OptimizerKind.class))
                .learningRate(learningRate)
                .seed(runSeed)
                .build();
    }

    /**
     * Trains a network.
     *
     * @param examples at least one, all labelled
     * @throws IllegalArgumentException if there are none, an example has no label or no feature, or a feature is not
     *     finite in single precision
     * @throws org.pernodedrop.train.TrainingException if the loss is not finite
     * @throws org.pernodedrop.driver.DeviceUnavailableException if the requested device is not available
     */
    @Override
    public PerNodeDropModel train(Dataset<Label> examples, Map<String, Provenance> runProvenance) {
        return train(examples, runProvenance, INCREMENT_INVOCATION_COUNT);
    }

    @Override
    public PerNodeDropModel train(Dataset<Label> examples, Map<String, Provenance> runProvenance, int invocationCount) {
        if (examples.getOutputInfo().getUnknownCount() > 0) {
            throw new IllegalArgumentException("all examples must be labelled; remove the others: unlabelled="
                    + examples.getOutputInfo().getUnknownCount());
        }
        org.pernodedrop.data.Dataset data = ExampleRows.of(examples);
        TrainerProvenance provenance;
        long runSeed;
        synchronized (this) {
            if (invocationCount != INCREMENT_INVOCATION_COUNT) {
                setInvocationCount(invocationCount);
            }
            provenance = getProvenance();
            runSeed = seeds.nextLong();
            invocations++;
        }
        byte[] trained = train(data, settings(runSeed));
        return new PerNodeDropModel(
                "pernodedrop",
                new ModelProvenance(
                        PerNodeDropModel.class.getName(),
                        OffsetDateTime.now(),
                        examples.getProvenance(),
                        provenance,
                        runProvenance),
                examples.getFeatureIDMap(),
                examples.getOutputIDInfo(),
                trained);
    }

    private byte[] train(org.pernodedrop.data.Dataset data, TrainingConfig settings) {
        NetworkSpec spec =
                model().describe(data.exampleShape(), data.classes(), settings.seed(), settings.newOptimizer());
        TrainingListener log = new TrainingListener() {
            @Override
            public void finished(EpochMetrics epoch) {
                LOGGER.fine(() -> "epoch " + epoch.epoch() + ": training loss " + epoch.trainLoss() + ", accuracy "
                        + epoch.trainAccuracy());
            }
        };
        try (Backend backend = Backends.open(BackendOptions.of(Device.parse(device)), LOGGER::fine);
                Network trained = new Network(spec, backend);
                DeviceResidentDataset training = new DeviceResidentDataset(backend, data)) {
            new org.pernodedrop.train.Trainer(backend, training, settings).train(trained, log);
            return Weights.toBytes(trained, Map.of());
        }
    }

    @Override
    public synchronized int getInvocationCount() {
        return invocations;
    }

    /** @param count at least 0 */
    @Override
    public synchronized void setInvocationCount(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("the invocation count must be at least 0: invocationCount=" + count);
        }
        seeds = new SplittableRandom(seed);
        for (invocations = 0; invocations < count; invocations++) {
            seeds.nextLong();
        }
    }

    @Override
    public synchronized TrainerProvenance getProvenance() {
        return new TrainerProvenanceImpl(this);
    }

    @Override
    public String toString() {
        return "PerNodeDropTrainer(network=" + network + ", regularizer=" + regularizer + ", noise=" + noise
                + ", dropRate=" + dropRate + ", epochs=" + epochs + ", batchSize=" + batchSize + ", optimizer="
                + optimizer + ", learningRate=" + learningRate + ", seed=" + seed + ")";
    }

    /** Settings of a trainer. */
    public static final class Builder {
        private final List<Consumer<PerNodeDropTrainer>> settings = new ArrayList<>();

        private Builder() {}

        private Builder set(Consumer<PerNodeDropTrainer> setting) {
            settings.add(setting);
            return this;
        }

        /**
         * @param specification {@code mlp:UNITS,UNITS,...}, hidden layers from the input on; {@code mlp:256,256} if not
         *     set
         */
        public Builder network(String specification) {
            return set(trainer -> trainer.network = specification);
        }

        /** @param kind {@link Regularizer#PERNODEDROP} if not set */
        public Builder regularizer(Regularizer kind) {
            return set(trainer -> trainer.regularizer = String.valueOf(kind));
        }

        /** @param kind {@link Noise#BERNOULLI} if not set */
        public Builder noise(Noise kind) {
            return set(trainer -> trainer.noise = String.valueOf(kind));
        }

        /** @param rate in [0, 1); 0.3 if not set */
        public Builder dropRate(double rate) {
            return set(trainer -> trainer.dropRate = rate);
        }

        /** @param kind {@link Strategy#AUTO} if not set */
        public Builder strategy(Strategy kind) {
            return set(trainer -> trainer.strategy = String.valueOf(kind));
        }

        /** @param kind {@link Activation#RELU} if not set */
        public Builder activation(Activation kind) {
            return set(trainer -> trainer.activation = String.valueOf(kind));
        }

        /** @param penalty finite and at least 0, as it is if not set */
        public Builder l2(double penalty) {
            return set(trainer -> trainer.l2 = penalty);
        }

        /** @param count at least 1; 30 if not set */
        public Builder epochs(int count) {
            return set(trainer -> trainer.epochs = count);
        }

        /** @param size at least 1; 64 if not set */
        public Builder batchSize(int size) {
            return set(trainer -> trainer.batchSize = size);
        }

        /** @param kind {@link OptimizerKind#ADAM} if not set */
        public Builder optimizer(OptimizerKind kind) {
            return set(trainer -> trainer.optimizer = String.valueOf(kind));
        }

        /** @param rate finite and above 0; 0.001 if not set */
        public Builder learningRate(double rate) {
            return set(trainer -> trainer.learningRate = rate);
        }

        /** @param value {@link Trainer#DEFAULT_SEED} if not set */
        public Builder seed(long value) {
            return set(trainer -> trainer.seed = value);
        }

        /** @param kind {@link Device#AUTO} if not set */
        public Builder device(Device kind) {
            return set(trainer -> trainer.device = String.valueOf(kind));
        }

        /**
         * Creates a new trainer.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public PerNodeDropTrainer build() {
            PerNodeDropTrainer trainer = new PerNodeDropTrainer();
            settings.forEach(setting -> setting.accept(trainer));
            trainer.check();
            trainer.setInvocationCount(0);
            return trainer;
        }
    }
}
