package org.pernodedrop.kernels.cuda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.pernodedrop.kernels.cuda.KernelSignature.Kind;
import org.pernodedrop.kernels.cuda.KernelSignature.Parameter;
import org.pernodedrop.kernels.cuda.KernelSignature.Tile;

/**
 * The facts about the kernels, read from {@code kernels.json} when they are first asked for. {@code cuda/build-ptx.sh}
 * writes that file from the sources, together with the PTX.
 */
public final class KernelCatalogue {
    private static final String RESOURCE = "kernels.json";

    private final Map<String, KernelSignature> kernels = new LinkedHashMap<>();
    private final Map<PtxModule, List<KernelSignature>> modules = new EnumMap<>(PtxModule.class);
    private final Map<String, Map<String, Integer>> codes = new TreeMap<>();

    private KernelCatalogue(JsonNode root) {
        root.required("codes").properties().forEach(kind -> {
            Map<String, Integer> numbers = new TreeMap<>();
            kind.getValue()
                    .properties()
                    .forEach(code -> numbers.put(code.getKey(), code.getValue().intValue()));
            codes.put(kind.getKey(), Map.copyOf(numbers));
        });
        for (JsonNode node : root.required("kernels")) {
            KernelSignature kernel = signature(node);
            if (kernels.put(kernel.name(), kernel) != null) {
                throw new IllegalStateException(RESOURCE + " has two kernels " + kernel.name());
            }
            modules.computeIfAbsent(kernel.module(), module -> new ArrayList<>())
                    .add(kernel);
        }
    }

    private static KernelSignature signature(JsonNode node) {
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode parameter : node.required("parameters")) {
            parameters.add(new Parameter(
                    Kind.of(parameter.required("kind").textValue()),
                    parameter.required("type").textValue(),
                    parameter.required("name").textValue()));
        }
        return new KernelSignature(
                node.required("name").textValue(),
                PtxModule.valueOf(node.required("module").textValue().toUpperCase(Locale.ROOT)),
                parameters,
                node.required("block").intValue(),
                node.required("min_blocks").intValue(),
                node.required("shared_bytes").intValue(),
                node.has("tile") ? tile(node.get("tile")) : null);
    }

    private static Tile tile(JsonNode node) {
        return new Tile(
                node.required("rows").intValue(),
                node.required("columns").intValue(),
                node.required("k_step").intValue(),
                node.required("blocks").intValue());
    }

    /**
     * The kernel of a name.
     *
     * @throws IllegalArgumentException if there is no such kernel
     */
    public static KernelSignature kernel(String name) {
        KernelSignature kernel = Loaded.CATALOGUE.kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException("name must be that of a kernel in " + RESOURCE + ": name=" + name);
        }
        return kernel;
    }

    /** The kernels of a module, in the order of its source. */
    public static List<KernelSignature> kernels(PtxModule module) {
        return List.copyOf(Loaded.CATALOGUE.modules.getOrDefault(module, List.of()));
    }

    /** The codes by which kernels know the values of an enumeration: {@code "activation"} or {@code "noise"}. */
    static Map<String, Integer> codes(String enumeration) {
        return Loaded.CATALOGUE.codes.get(enumeration);
    }

    private static final class Loaded {
        private static final KernelCatalogue CATALOGUE = load();

        private static KernelCatalogue load() {
            try (InputStream in = KernelCatalogue.class.getResourceAsStream(RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException("The jar lacks " + RESOURCE + ": build it by cuda/build-ptx.sh");
                }
                return new KernelCatalogue(new ObjectMapper().readTree(in));
            } catch (IOException e) {
                throw new UncheckedIOException("Could not read " + RESOURCE, e);
            }
        }
    }
}
