package org.pernodedrop.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.Loss;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Optimizer;
import org.pernodedrop.nn.Sgd;
import org.pernodedrop.nn.Shape;

/**
 * Descriptions of networks as JSON, such as
 *
 * <pre>{@code
 * {
 *   "input" : [ 64 ],
 *   "seed" : 42,
 *   "loss" : "softmax-cross-entropy",
 *   "optimizer" : { "kind" : "adam", "beta1" : 0.9, "beta2" : 0.999, "epsilon" : 1.0E-8 },
 *   "layers" : [ {
 *     "kind" : "dense", "units" : 10, "activation" : "linear", "bias" : true,
 *     "initializer" : "glorot-uniform", "l2" : 0.0
 *   } ]
 * }
 * }</pre>
 *
 * <p>Every setting is written and required; what is read equals what was written. Parameters are not part of it: see
 * {@link Weights}.
 */
public final class NetworkJson {
    /** More layers than any network that this library can train. */
    private static final int MAX_LAYERS = 1000;

    private static final String WHAT = "the network's description";
    private static final ObjectMapper JSON = new ObjectMapper();

    private NetworkJson() {}

    /** The description as indented JSON. */
    public static String write(NetworkSpec network) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode input = root.putArray("input");
        network.input().dimensions().forEach(input::add);
        root.put("seed", network.seed()).put("loss", network.loss().toString());
        write(network.optimizer(), root.putObject("optimizer"));
        ArrayNode layers = root.putArray("layers");
        network.layers().forEach(layer -> LayerKinds.write(layer, layers.addObject()));
        return root.toPrettyString();
    }

    /**
     * The network that a text describes.
     *
     * @throws ModelFileException if the text is not such a description, or describes an invalid network
     */
    public static NetworkSpec read(String text) throws ModelFileException {
        JsonFields root = JsonFields.parse(WHAT, text);
        try {
            Shape input = new Shape(root.integers("input"));
            long seed = root.integer64("seed");
            Loss loss = root.oneOf("loss", Loss.class);
            Optimizer optimizer = readOptimizer(root.object("optimizer"));
            List<JsonFields> described = root.objects("layers");
            root.done();
            if (described.size() > MAX_LAYERS) {
                throw root.refusal("layers", "must be at most " + MAX_LAYERS + ": " + described.size());
            }
            List<Layer> layers = new ArrayList<>();
            for (JsonFields each : described) {
                layers.add(LayerKinds.read(each));
            }
            return new NetworkSpec(input, seed, layers, loss, optimizer);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(WHAT + " cannot be: " + e.getMessage(), e);
        }
    }

    private static void write(Optimizer optimizer, ObjectNode to) {
        if (optimizer instanceof Sgd sgd) {
            to.put("kind", "sgd").put("momentum", shortest(sgd.momentum())).put("nesterov", sgd.nesterov());
        } else if (optimizer instanceof Adam adam) {
            write(adam.settings(), to.put("kind", "adam"));
        } else if (optimizer instanceof AdamW adamW) {
            write(adamW.settings(), to.put("kind", "adamw"));
            to.put("weight_decay", shortest(adamW.settings().weightDecay()));
        }
    }

    private static void write(AdamSettings settings, ObjectNode to) {
        to.put("beta1", shortest(settings.beta1()))
                .put("beta2", shortest(settings.beta2()))
                .put("epsilon", shortest(settings.epsilon()));
    }

    // 0.9 instead of 0.8999999761581421, if that is read as the same float.
    static double shortest(float value) {
        double shown = Double.parseDouble(Float.toString(value));
        return (float) shown == value ? shown : value;
    }

    private static Optimizer readOptimizer(JsonFields from) throws ModelFileException {
        String kind = from.text("kind");
        Optimizer optimizer =
                switch (kind) {
                    case "sgd" -> new Sgd((float) from.number("momentum"), from.flag("nesterov"));
                    case "adam" -> new Adam(settings(from, 0));
                    case "adamw" -> new AdamW(settings(from, from.number("weight_decay")));
                    default ->
                        throw from.refusal("kind", "must be sgd, adam or adamw: " + ModelFileException.quoted(kind));
                };
        from.done();
        return optimizer;
    }

    private static AdamSettings settings(JsonFields from, double weightDecay) throws ModelFileException {
        return new AdamSettings(
                (float) from.number("beta1"), (float) from.number("beta2"), (float) from.number("epsilon"), (float)
                        weightDecay);
    }
}
