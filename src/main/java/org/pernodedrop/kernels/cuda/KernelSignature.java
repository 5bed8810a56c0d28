package org.pernodedrop.kernels.cuda;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a launch of a kernel needs to know; an entry of {@code kernels.json}.
 *
 * @param name as in the PTX
 * @param module that holds it
 * @param parameters in order
 * @param block threads of a block: one-dimensional, and this number in every launch
 * @param minBlocks blocks that the kernel was compiled to fit a multiprocessor at least; 0 if it promises nothing
 * @param sharedBytes dynamic shared memory of a block, in bytes; above 48 KB a function must be allowed it before
 * @param tile of results that a block computes; null for kernels without tiles
 */
public record KernelSignature(
        String name,
        PtxModule module,
        List<Parameter> parameters,
        int block,
        int minBlocks,
        int sharedBytes,
        Tile tile) {
    /** What a launch passes for a parameter. */
    public enum Kind {
        /** An address in device memory, or 0 for none where the source allows null. */
        POINTER("pointer", "u64"),
        /** 32 bits, of either sign. */
        INT("int32", "u32"),
        /** 64 bits, of either sign. */
        LONG("int64", "u64"),
        /** Single precision. */
        FLOAT("float32", "f32");

        private final String word;
        private final String ptxType;

        Kind(String word, String ptxType) {
            this.word = word;
            this.ptxType = ptxType;
        }

        /** The type that PTX gives such a parameter; it knows no signs and no pointers. */
        String ptxType() {
            return ptxType;
        }

        static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("kind must be that of a scalar parameter: kind=" + word);
        }
    }

    /**
     * A parameter of a kernel, as its CUDA source declares it.
     *
     * @param kind what a launch passes
     * @param type C++ type, such as {@code const float*} or {@code int64_t}
     * @param name what the source calls it
     */
    public record Parameter(Kind kind, String type, String name) {
        @Override
        public String toString() {
            return type + " " + name;
        }
    }

    /**
     * The tile of results that a block computes.
     *
     * @param rows of the result
     * @param columns of the result
     * @param kStep terms of the sums that a block takes at a time; words of 32 bits in the multi-position kernels
     * @param blocks that a multiprocessor holds, as the planner counts
     */
    public record Tile(int rows, int columns, int kStep, int blocks) {}

    public KernelSignature {
        parameters = List.copyOf(parameters);
        if (block < 1 || block > 1024) {
            throw new IllegalArgumentException("block must be in [1, 1024]: kernel=" + name + ", block=" + block);
        }
    }

    @Override
    public String toString() {
        return parameters.stream().map(Parameter::toString).collect(Collectors.joining(", ", name + "(", ")"));
    }
}
