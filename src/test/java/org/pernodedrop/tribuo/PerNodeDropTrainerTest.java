package org.pernodedrop.tribuo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.Refusal.mentions;
import static org.pernodedrop.tribuo.TribuoData.layer;
import static org.pernodedrop.tribuo.TribuoData.with;

import com.google.protobuf.Any;
import com.google.protobuf.BytesValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;
import org.pernodedrop.Threads;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.ensemble.BaggingTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.transform.TransformTrainer;
import org.tribuo.transform.TransformationMap;
import org.tribuo.transform.transformations.LinearScalingTransformation;

/** The trainer with Tribuo's evaluators, transformations, ensembles, provenance, configuration and files. */
class PerNodeDropTrainerTest {
    private static final Locale MACHINES = Locale.getDefault();

    private final MutableDataset<Label> training;
    private final MutableDataset<Label> testing;

    PerNodeDropTrainerTest() {
        DataSplit digits = DataSource.parse("digits", null).load(42, 0.2, 600);
        digits.standardize();
        training = TribuoData.of(digits.train());
        testing = TribuoData.of(digits.validation());
    }

    /**
     * Tribuo 4.3.2 capitalises method names in the default locale and cannot write files where that does not map i to
     * I.
     */
    @BeforeAll
    static void takeALanguageThatTribuoKnows() {
        if (!"i".toUpperCase().equals("I")) {
            Locale.setDefault(Locale.ROOT);
        }
    }

    @AfterAll
    static void takeTheMachinesLanguage() {
        Locale.setDefault(MACHINES);
    }

    private static PerNodeDropTrainer.Builder small() {
        return PerNodeDropTrainer.builder().network("mlp:33").epochs(2).device(Device.CPU);
    }

    @Test
    void theExampleOfTheDocsLearnsDigits() {
        DataSplit split = DataSource.parse("digits", null).load(42, 0.2, 0);
        MutableDataset<Label> training = TribuoData.of(split.train());
        MutableDataset<Label> testing = TribuoData.of(split.validation());
        // As in docs/frameworks.md.
        Trainer<Label> trainer = new TransformTrainer<>(
                PerNodeDropTrainer.builder()
                        .network("mlp:128")
                        .dropRate(0.5)
                        .batchSize(32)
                        .epochs(30)
                        .build(),
                new TransformationMap(List.of(new LinearScalingTransformation(0, 1))),
                true,
                true);
        Model<Label> model = trainer.train(training);
        LabelEvaluation evaluation = new LabelEvaluator().evaluate(model, testing);
        assertTrue(evaluation.accuracy() > 0.95, evaluation.toString());
    }

    @Test
    void tellsSpamFromMail() {
        DataSplit spambase = DataSource.parse("spambase", null).load(42, 0.2, 0);
        spambase.standardize();
        Dataset<Label> test = TribuoData.of(spambase.test().orElse(spambase.validation()));
        Model<Label> model = PerNodeDropTrainer.builder()
                .network("mlp:64")
                .noise(Noise.GAUSSIAN)
                .dropRate(0.5)
                .epochs(8)
                .build()
                .train(TribuoData.of(spambase.train()));
        LabelEvaluation evaluation = new LabelEvaluator().evaluate(model, test);
        assertTrue(evaluation.accuracy() > 0.9, evaluation.toString());
        assertTrue(evaluation.averageAUCROC(false) > 0.95, evaluation.toString());
    }

    @Test
    void predictionsAreTheNetworksByPlainLoops() throws Exception {
        PerNodeDropModel model = small().build().train(training, Map.of());
        List<float[]> weights;
        try (Backend backend = new CpuBackend(1);
                Network network = Weights.open("model", model.safetensors(), backend)) {
            weights = network.parameters().stream()
                    .map(parameter -> backend.memory().download(parameter.values()))
                    .toList();
        }
        for (Prediction<Label> prediction : model.predict(testing).subList(0, 50)) {
            double[] x = new double[model.getFeatureIDMap().size()];
            prediction
                    .getExample()
                    .forEach(feature -> x[model.getFeatureIDMap().getID(feature.getName())] = feature.getValue());
            double[] hidden = layer(x, weights.get(0), weights.get(1));
            double[] active = Arrays.stream(hidden).map(z -> Math.max(z, 0)).toArray();
            double[] logits = layer(active, weights.get(2), weights.get(3));
            double largest = Arrays.stream(logits).max().orElseThrow();
            double sum = Arrays.stream(logits).map(z -> Math.exp(z - largest)).sum();
            double best = 0;
            for (int id = 0; id < 10; id++) {
                double expected = Math.exp(logits[id] - largest) / sum;
                String name = model.getOutputIDInfo().getOutput(id).getLabel();
                double actual = prediction.getOutputScores().get(name).getScore();
                assertEquals(expected, actual, 1e-5);
                best = Math.max(best, actual);
            }
            assertTrue(prediction.hasProbabilities());
            assertEquals(best, prediction.getOutput().getScore());
        }
    }

    @Test
    void aModelsProvenanceTrainsItAgain() {
        PerNodeDropTrainer trainer =
                small().noise(Noise.PARTIAL_GAUSSIAN).dropRate(0.25).seed(7).build();
        PerNodeDropModel first = trainer.train(training, Map.of());
        PerNodeDropModel second = trainer.train(training, Map.of());
        assertEquals(2, trainer.getInvocationCount());
        assertFalse(Arrays.equals(first.safetensors(), second.safetensors()));
        ConfigurationManager configuration = new ConfigurationManager();
        configuration.addConfiguration(
                ProvenanceUtil.extractConfiguration(second.getProvenance().getTrainerProvenance()));
        PerNodeDropTrainer again =
                configuration.lookupAll(PerNodeDropTrainer.class).get(0);
        assertEquals(trainer.toString(), again.toString());
        assertArrayEquals(
                second.safetensors(), again.train(training, Map.of(), 1).safetensors());
        assertArrayEquals(
                first.safetensors(), again.train(training, Map.of(), 0).safetensors());
        assertEquals(1, again.getInvocationCount());
        assertTrue(second.getProvenance().toString().contains("dropRate=0.25"), second.getProvenance()::toString);
    }

    @Test
    void trainersComeFromConfigurationFiles(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("trainer.xml");
        String format =
                """
                <config>
                  <component name="pernodedrop" type="org.pernodedrop.tribuo.PerNodeDropTrainer">
                    <property name="network" value="mlp:33"/>
                    <property name="epochs" value="2"/>
                    <property name="device" value="cpu"/>
                    <property name="dropRate" value="%s"/>
                  </component>
                </config>
                """;
        Files.writeString(file, String.format(format, "0.5"));
        PerNodeDropTrainer trainer =
                (PerNodeDropTrainer) new ConfigurationManager(file.toString()).lookup("pernodedrop");
        assertArrayEquals(
                small().dropRate(0.5).build().train(training, Map.of()).safetensors(),
                trainer.train(training, Map.of()).safetensors());
        Files.writeString(file, String.format(format, "1.5"));
        ConfigurationManager wrong = new ConfigurationManager(file.toString());
        Refusal.contains(PropertyException.class, "1.5", () -> wrong.lookup("pernodedrop"));
    }

    @Test
    void modelsGoThroughFiles(@TempDir Path folder) throws Exception {
        PerNodeDropModel model = small().build().train(training, Map.of());
        Path file = folder.resolve("model.pb");
        model.serializeToFile(file);
        Model<Label> read = Model.deserializeFromFile(file).castModel(Label.class);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(model);
        }
        Object object;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            object = in.readObject();
        }
        List<Prediction<Label>> expected = model.predict(testing);
        for (Model<Label> other : List.of(read, ((Model<?>) object).castModel(Label.class), model.copy())) {
            assertEquals(model.getProvenance(), other.getProvenance());
            assertSame(expected, other.predict(testing));
        }
    }

    @Test
    void damagedModelsAreRefused() throws Exception {
        ModelProto proto = small().build().train(training, Map.of()).serialize();
        byte[] content =
                proto.getSerializedData().unpack(BytesValue.class).getValue().toByteArray();
        mentions(
                "version=1",
                () -> Model.deserialize(proto.toBuilder().setVersion(1).build()));
        mentions("network", () -> Model.deserialize(with(proto, Arrays.copyOf(content, content.length - 4))));
        mentions("cut off", () -> Model.deserialize(with(proto, new byte[0])));
        assertThrows(
                InvalidProtocolBufferException.class,
                () -> PerNodeDropModel.deserializeFromProto(0, PerNodeDropModel.class.getName(), Any.pack(proto)));
        DataSplit vowel = DataSource.parse("vowel", null).load(42, 0.2, 0);
        byte[] other =
                small().build().train(TribuoData.of(vowel.train()), Map.of()).safetensors();
        byte[] network = small().build().train(training, Map.of()).safetensors();
        byte[] mixed = Arrays.copyOf(content, content.length - network.length + other.length);
        System.arraycopy(other, 0, mixed, content.length - network.length, other.length);
        mentions("as many inputs", () -> Model.deserialize(with(proto, mixed)));
    }

    @Test
    void trainersTrainAndModelsPredictSideBySide() throws Exception {
        PerNodeDropModel alone = small().build().train(training, Map.of());
        List<Prediction<Label>> expected = alone.predict(testing);
        Callable<byte[]> train = () -> small().build().train(training, Map.of()).safetensors();
        for (byte[] trained : Threads.together(Collections.nCopies(4, train))) {
            assertArrayEquals(alone.safetensors(), trained);
        }
        Callable<List<Prediction<Label>>> predict = () -> alone.predict(testing);
        for (List<Prediction<Label>> predictions : Threads.together(Collections.nCopies(4, predict))) {
            assertSame(expected, predictions);
        }
    }

    private static void assertSame(List<Prediction<Label>> expected, List<Prediction<Label>> actual) {
        for (int row = 0; row < expected.size(); row++) {
            assertTrue(expected.get(row).distributionEquals(actual.get(row), 0));
        }
    }

    @Test
    void ensemblesTakeIt() {
        BaggingTrainer<Label> bagging = new BaggingTrainer<>(
                small().regularizer(Regularizer.DROPOUT).epochs(15).build(), new VotingCombiner(), 3);
        LabelEvaluation evaluation = new LabelEvaluator().evaluate(bagging.train(training), testing);
        assertTrue(evaluation.accuracy() > 0.8, evaluation.toString());
    }

    @Test
    void whatAnExampleLacksIsZero() {
        PerNodeDropModel model = small().build().train(training, Map.of());
        String[] names = {"feature-0063", "feature-0010", "never seen"};
        Example<Label> sparse = new ArrayExample<>(new Label("?"), names, new double[] {3, 5, 7});
        Example<Label> dense = new ArrayExample<>(new Label("?"));
        model.getFeatureIDMap()
                .forEach(info -> dense.add(new org.tribuo.Feature(
                        info.getName(),
                        info.getName().equals(names[0]) ? 3 : info.getName().equals(names[1]) ? 5 : 0)));
        Prediction<Label> prediction = model.predict(sparse);
        assertTrue(model.predict(dense).distributionEquals(prediction, 0));
        assertEquals(2, prediction.getNumActiveFeatures());
        mentions(
                "at least one of the model's features",
                () -> model.predict(new ArrayExample<>(new Label("?"), new String[] {"none"}, new double[] {1})));
        // Finite, but the network's outputs are not; Tribuo has no prediction without a label.
        Example<Label> huge = new ArrayExample<>(new Label("?"));
        model.getFeatureIDMap().forEach(info -> huge.add(new org.tribuo.Feature(info.getName(), 3e38)));
        mentions("an example must have a prediction", () -> model.predict(huge));
    }

    @Test
    void whatIsWrongIsRefused() {
        mentions("epochs", () -> small().epochs(0).build());
        mentions("drop", () -> small().dropRate(1).build());
        mentions("dense layers alone", () -> small().network("cnn:notebook").build());
        mentions("network must be", () -> small().network("mlp:").build());
        mentions("device", () -> small().device(null).build());
        mentions("noise=null", () -> small().noise(null).build());
        PerNodeDropTrainer trainer = small().build();
        mentions("invocation count", () -> trainer.setInvocationCount(-1));
        MutableDataset<Label> none = new MutableDataset<>(training.getSourceProvenance(), new LabelFactory());
        mentions("at least one example", () -> trainer.train(none));
        none.add(new ArrayExample<>(LabelFactory.UNKNOWN_LABEL, new String[] {"a"}, new double[] {1}));
        mentions("must be labelled", () -> trainer.train(none));
        MutableDataset<Label> huge = new MutableDataset<>(training.getSourceProvenance(), new LabelFactory());
        huge.add(new ArrayExample<>(new Label("b"), new String[] {"a"}, new double[] {1}));
        mentions("at least two labels", () -> trainer.train(huge));
        huge.add(new ArrayExample<>(new Label("a"), new String[] {"a"}, new double[] {1e300}));
        mentions("must be finite", () -> trainer.train(huge));
        mentions("--learning-rate", () -> small().learningRate(1e30).build().train(training));
    }
}
