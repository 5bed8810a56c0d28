package org.pernodedrop.kernels.cuda;

import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pernodedrop.kernels.cuda.SassGraph.Loop;

/**
 * A tile kernel's main loop, and the way that its iterations take through it in the middle of a large layer.
 *
 * <p>The main loop is the innermost one that holds a barrier and the most multiply-adds. Where its code branches, the
 * way is taken that has the most multiply-adds, then the most multiplications of Philox, then the most asynchronous
 * copies, then the fewest instructions: the next tile is drawn and copied, and whatever is for the last tile or for
 * storing the mask is passed by. If an edge has more copies than the middle, not only more instructions, its way is
 * taken: errors are upwards.
 */
final class MainLoop {
    private static final int PHILOX_0 = 0xD2511F53;
    private static final int PHILOX_1 = 0xCD9E8D57;
    /** 16 rows by 16 stored elements, each in one column, over 32 threads. */
    private static final long SPARSE_MULTIPLY_ADDS = 8;

    private final SassGraph graph;
    private final Loop loop;
    private final boolean masked;

    /** What a way through code holds, that of inner loops once. */
    record Work(long multiplyAdds, long philox, long copies, long instructions) {
        private static final Work NONE = new Work(0, 0, 0, 0);
        private static final Comparator<Work> ORDER = Comparator.comparingLong(Work::multiplyAdds)
                .thenComparingLong(Work::philox)
                .thenComparingLong(Work::copies)
                .thenComparing(Comparator.comparingLong(Work::instructions).reversed());

        private Work plus(Work other) {
            return new Work(
                    multiplyAdds + other.multiplyAdds,
                    philox + other.philox,
                    copies + other.copies,
                    instructions + other.instructions);
        }
    }

    /** The way through an iteration of a loop: blocks of the main code in order, and inner loops. */
    record Way(List<Integer> blocks, List<Loop> loops, Work work) {
        private static final Way END = new Way(List.of(), List.of(), Work.NONE);

        private Way after(int block, Work own) {
            return new Way(join(block, blocks), loops, own.plus(work));
        }

        private Way after(Loop inner, Work own) {
            return new Way(blocks, join(inner, loops), own.plus(work));
        }

        private static <T> List<T> join(T first, List<T> rest) {
            return Stream.concat(Stream.of(first), rest.stream()).toList();
        }
    }

    MainLoop(List<SassInstruction> code) {
        graph = new SassGraph(code);
        long most = graph.loops().stream()
                .mapToLong(candidate -> count(candidate, MainLoop::multiplyAdds))
                .max()
                .orElse(0);
        List<Loop> candidates = graph.loops().stream()
                .filter(candidate -> most > 0 && count(candidate, MainLoop::multiplyAdds) == most)
                .toList();
        loop = candidates.stream()
                .filter(candidate -> count(candidate, instruction -> instruction.is("BAR") ? 1 : 0) > 0)
                .reduce((first, second) -> second)
                .orElse(candidates.isEmpty() ? null : candidates.get(0));
        masked = loop != null && 2 * count(loop, MainLoop::maskedMultiplyAdds) >= most;
    }

    /** Whether the kernel has a loop with multiply-adds at all. */
    boolean present() {
        return loop != null;
    }

    Loop loop() {
        return loop;
    }

    List<SassInstruction> instructions(int block) {
        return graph.instructions(block);
    }

    /** The instruction that a loop begins with. */
    int start(Loop of) {
        return graph.blocks().get(of.header()).start();
    }

    Way way(Loop through) {
        return way(through, through.header(), new HashMap<>());
    }

    private Way way(Loop through, int block, Map<Integer, Way> known) {
        if (known.containsKey(block)) {
            if (known.get(block) == null) {
                throw new IllegalStateException(
                        "A cycle that is no loop, through " + graph.blocks().get(block));
            }
            return known.get(block);
        }
        known.put(block, null);
        Loop inner = through.inner().stream()
                .filter(candidate -> candidate.blocks().get(block))
                .findFirst()
                .orElse(null);
        IntStream exits = inner == null
                ? graph.successors(block).stream()
                : inner.blocks().stream()
                        .flatMap(from -> graph.successors(from).stream())
                        .filter(to -> !inner.blocks().get(to));
        Way rest = exits.distinct()
                .filter(through.blocks()::get)
                .mapToObj(to -> to == through.header() ? Way.END : way(through, to, known))
                .max(Comparator.comparing(Way::work, Work.ORDER))
                .orElseThrow(() -> new IllegalStateException(
                        "Nothing in the loop follows on " + graph.blocks().get(block)));
        Way way = inner == null
                ? rest.after(block, work(block))
                : rest.after(inner, way(inner).work());
        known.put(block, way);
        return way;
    }

    Work work(int block) {
        List<SassInstruction> code = graph.instructions(block);
        if (code.stream().anyMatch(instruction -> instruction.is("CALL"))) {
            throw new IllegalStateException(
                    "A function is called in " + graph.blocks().get(block) + ": inline it");
        }
        return new Work(
                code.stream()
                        .mapToLong(masked ? MainLoop::maskedMultiplyAdds : MainLoop::multiplyAdds)
                        .sum(),
                code.stream().filter(MainLoop::isPhilox).count(),
                code.stream().filter(instruction -> instruction.is("LDGSTS")).count(),
                code.size());
    }

    private long count(Loop in, ToLongFunction<SassInstruction> what) {
        BitSet blocks = in.blocks();
        return blocks.stream()
                .mapToLong(block ->
                        graph.instructions(block).stream().mapToLong(what).sum())
                .sum();
    }

    /** Of a thread: one, or its share of a product on sparse tensor cores. */
    private static long multiplyAdds(SassInstruction instruction) {
        return instruction.is("FFMA") ? 1 : instruction.is("HMMA") ? SPARSE_MULTIPLY_ADDS : 0;
    }

    /** Those on whose happening a bit of the mask decides: by a predicate, or as sparsity metadata. */
    private static long maskedMultiplyAdds(SassInstruction instruction) {
        return instruction.is("FFMA") && !instruction.predicated() ? 0 : multiplyAdds(instruction);
    }

    private static boolean isPhilox(SassInstruction instruction) {
        return instruction.is("IMAD.WIDE")
                && (instruction.immediate() == PHILOX_0 || instruction.immediate() == PHILOX_1);
    }
}
