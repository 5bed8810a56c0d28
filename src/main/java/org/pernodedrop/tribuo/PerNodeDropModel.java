package org.pernodedrop.tribuo;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Backends;
import org.pernodedrop.backend.Device;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.model.ModelFileException;
import org.pernodedrop.model.Weights;
import org.pernodedrop.nn.Network;
import org.pernodedrop.predict.Predictor;
import org.tribuo.Example;
import org.tribuo.Excuse;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.impl.ModelDataCarrier;
import org.tribuo.protos.core.ModelDataProto;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.provenance.ModelProvenance;

/**
 * A classifier trained by {@link PerNodeDropTrainer}. Predictions use no masks and hold the probabilities of all
 * labels. They are computed on the CPU by one thread, wherever the model was trained, and are the same bits on the same
 * processor. Calls of several threads are serialised.
 *
 * <p>The network is kept as the bytes of a safetensors file ({@link #safetensors}), also in Tribuo's protobuf and in
 * Java serialization. The model needs no close.
 */
public final class PerNodeDropModel extends Model<Label> {
    private static final long serialVersionUID = 1;
    private static final int FORMAT = 0;

    /** Number of rows predicted at a time. */
    private static final int BATCH = 512;

    private final byte[] network;
    private transient Predictor predictor;

    PerNodeDropModel(
            String name,
            ModelProvenance provenance,
            ImmutableFeatureMap features,
            ImmutableOutputInfo<Label> labels,
            byte[] network) {
        super(name, provenance, features, labels, true);
        this.network = network;
    }

    /** The network as the bytes of a safetensors file, which {@code Weights.open} and Python read. */
    public byte[] safetensors() {
        return network.clone();
    }

    /**
     * The most probable label, with the probability of every label as its score.
     *
     * @throws IllegalArgumentException if the model has none of the example's features, or the network's outputs are
     *     not finite, since Tribuo has no prediction without a label
     */
    @Override
    public Prediction<Label> predict(Example<Label> example) {
        return innerPredict(List.of(example)).get(0);
    }

    @Override
    protected List<Prediction<Label>> innerPredict(Iterable<Example<Label>> examples) {
        List<Prediction<Label>> predictions = new ArrayList<>();
        List<Example<Label>> batch = new ArrayList<>();
        for (Example<Label> example : examples) {
            batch.add(example);
            if (batch.size() == BATCH) {
                predictBatch(batch, predictions);
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            predictBatch(batch, predictions);
        }
        return predictions;
    }

    private void predictBatch(List<Example<Label>> examples, List<Prediction<Label>> into) {
        ExampleRows rows = new ExampleRows(featureIDMap);
        float[] features = new float[Math.multiplyExact(examples.size(), rows.width())];
        int[] known = new int[examples.size()];
        for (int row = 0; row < known.length; row++) {
            known[row] = rows.put(examples.get(row), features, row * rows.width());
        }
        List<org.pernodedrop.predict.Prediction> found;
        synchronized (this) {
            found = predictor().predict(features);
        }
        for (int row = 0; row < known.length; row++) {
            into.add(prediction(found.get(row), known[row], examples.get(row)));
        }
    }

    private Prediction<Label> prediction(org.pernodedrop.predict.Prediction found, int known, Example<Label> example) {
        if (!found.exists()) {
            throw new IllegalArgumentException(
                    "an example must have a prediction, but the network's outputs for this one"
                            + " are not finite; look for values that are out of all proportion: example="
                            + MessageText.shown(example));
        }
        Map<String, Label> scores = new LinkedHashMap<>();
        Label best = null;
        for (int id = 0; id < found.probabilities().length; id++) {
            String name = outputIDInfo.getOutput(id).getLabel();
            Label label = new Label(name, found.probabilities()[id]);
            scores.put(name, label);
            if (id == found.label()) {
                best = label;
            }
        }
        return new Prediction<>(best, scores, known, example, true);
    }

    // A CPU backend of one thread holds only Java memory, which is collected with the model.
    private Predictor predictor() {
        if (predictor == null) {
            predictor = new Predictor(open(network));
        }
        return predictor;
    }

    private static Network open(byte[] content) {
        BackendOptions options = BackendOptions.of(Device.CPU).withThreads(1);
        try {
            return Weights.open("the model's network", content, Backends.open(options, notice -> {}));
        } catch (ModelFileException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Empty: the importance of features is unknown. */
    @Override
    public Map<String, List<Pair<String, Double>>> getTopFeatures(int n) {
        return Map.of();
    }

    /** None. */
    @Override
    public Optional<Excuse<Label>> getExcuse(Example<Label> example) {
        return Optional.empty();
    }

    @Override
    protected PerNodeDropModel copy(String newName, ModelProvenance newProvenance) {
        return new PerNodeDropModel(newName, newProvenance, featureIDMap, outputIDInfo, network);
    }

    @Override
    public ModelProto serialize() {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try {
            createDataCarrier().serialize().writeDelimitedTo(content);
            content.write(network);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ModelProto.newBuilder()
                .setVersion(FORMAT)
                .setClassName(PerNodeDropModel.class.getName())
                .setSerializedData(Any.pack(BytesValue.of(ByteString.copyFrom(content.toByteArray()))))
                .build();
    }

    /**
     * Called by Tribuo.
     *
     * @throws InvalidProtocolBufferException if the message is not from {@link #serialize}
     * @throws IllegalArgumentException if it is of a later version, or its parts do not fit together
     */
    public static PerNodeDropModel deserializeFromProto(int version, String className, Any message)
            throws InvalidProtocolBufferException {
        if (version != FORMAT) {
            throw new IllegalArgumentException("the model must be of version " + FORMAT
                    + "; read it by the version of the library that wrote it: version=" + version);
        }
        ByteArrayInputStream content = new ByteArrayInputStream(
                message.unpack(BytesValue.class).getValue().toByteArray());
        ModelDataProto data;
        try {
            data = ModelDataProto.parseDelimitedFrom(content);
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (data == null) {
            throw new InvalidProtocolBufferException("the model is cut off before its features and labels");
        }
        ModelDataCarrier<?> carrier = ModelDataCarrier.deserialize(data);
        if (!(carrier.outputDomain().getOutput(0) instanceof Label)) {
            throw new IllegalArgumentException("the model must be one of labels: outputs=" + carrier.outputDomain());
        }
        @SuppressWarnings("unchecked") // just seen
        ImmutableOutputInfo<Label> labels = (ImmutableOutputInfo<Label>) carrier.outputDomain();
        byte[] network = content.readAllBytes();
        requireFits(network, carrier.featureDomain(), labels);
        return new PerNodeDropModel(carrier.name(), carrier.provenance(), carrier.featureDomain(), labels, network);
    }

    private static void requireFits(byte[] content, ImmutableFeatureMap features, ImmutableOutputInfo<Label> labels) {
        try (Network network = open(content)) {
            int inputs = network.spec().input().size();
            int outputs = network.spec().outputShape().size();
            network.backend().close();
            if (inputs != features.size() || outputs != labels.size()) {
                throw new IllegalArgumentException("the network must have as many inputs as there are features, and as"
                        + " many outputs as labels: inputs=" + inputs + ", features=" + features.size() + ", outputs="
                        + outputs + ", labels=" + labels.size());
            }
        }
    }
}
