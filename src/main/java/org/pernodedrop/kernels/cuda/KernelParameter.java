package org.pernodedrop.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A parameter of a kernel, as its CUDA source declares it.
 *
 * @param type C++ type, such as {@code const float*} or {@code int64_t}
 * @param name what the source calls it
 */
public record KernelParameter(String type, String name) {
    private static final Pattern DECLARATION = Pattern.compile("(.+?)\\s*(\\*?)\\s*\\b(\\w+)");
    private static final Map<String, Kind> SCALARS = Map.of(
            "int32_t",
            Kind.INT,
            "uint32_t",
            Kind.INT,
            "int64_t",
            Kind.LONG,
            "uint64_t",
            Kind.LONG,
            "float",
            Kind.FLOAT);

    /** What a launch passes for a parameter; sizes are in bytes. */
    public enum Kind {
        /** An address in device memory, or 0 for none where the source allows null. */
        POINTER(8, "u64"),
        /** 32 bits, of either sign. */
        INT(4, "u32"),
        /** 64 bits, of either sign. */
        LONG(8, "u64"),
        /** Single precision. */
        FLOAT(4, "f32");

        private final int size;
        private final String ptxType;

        Kind(int size, String ptxType) {
            this.size = size;
            this.ptxType = ptxType;
        }

        public int size() {
            return size;
        }

        /** The type that PTX gives such a parameter; it knows no signs and no pointers. */
        public String ptxType() {
            return ptxType;
        }
    }

    public KernelParameter {
        Objects.requireNonNull(name, "name");
        if (!type.endsWith("*") && !SCALARS.containsKey(type)) {
            throw new IllegalArgumentException("type must be a pointer or one of "
                    + SCALARS.keySet().stream().sorted().toList() + ": name=" + name + ", type=" + type);
        }
    }

    /** Reads {@code const float* x, int64_t n}. */
    static List<KernelParameter> parseList(String declarations) {
        return Arrays.stream(declarations.split(","))
                .map(KernelParameter::parse)
                .toList();
    }

    private static KernelParameter parse(String declaration) {
        Matcher matcher = DECLARATION.matcher(declaration.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "declaration must read <type> <name>, such as const float* x: declaration=" + declaration);
        }
        return new KernelParameter(matcher.group(1) + matcher.group(2), matcher.group(3));
    }

    public Kind kind() {
        return type.endsWith("*") ? Kind.POINTER : SCALARS.get(type);
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}
