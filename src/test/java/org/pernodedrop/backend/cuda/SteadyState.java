package org.pernodedrop.backend.cuda;

import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pernodedrop.backend.cuda.SassGraph.Loop;

/**
 * What one turn of a tile kernel's main loop issues in the middle of a large layer, one thread's instructions by name.
 *
 * <p>The main loop is the innermost one that holds all the masked multiply-adds of a turn and a barrier. Where its code
 * branches, the way is counted that has the most multiply-adds, then the most multiplications of Philox, then the most
 * asynchronous copies, then the fewest instructions: the next tile is drawn and copied, and whatever is for the last tile or for
 * storing the mask is passed by. If an edge's copies are more, not only dearer, they are counted: the count errs upwards alone.
 *
 * <p>An inner loop's turns follow from what a turn of the main loop must compute: its multiply-adds, and one Philox call for
 * every 128 of them and plane. A loop with neither, on the way that is counted, is refused.
 */
final class SteadyState {
    private static final int PHILOX_0 = 0xD2511F53;
    private static final int PHILOX_1 = 0xCD9E8D57;
    // Of the 20 multiplications of a call, those of the first rounds may be shared between calls.
    private static final double MULTIPLICATIONS_PER_CALL = 18.5;
    private static final int CALLS_PER_MULTIPLY_ADD = 128;

    private final SassGraph graph;
    private final boolean masked;
    private final Loop main;

    /** What a way through code holds, inner loops once. */
    private record Work(long multiplyAdds, long multiplications, long copies, long instructions) {
        private static final Work NONE = new Work(0, 0, 0, 0);
        private static final Comparator<Work> ORDER = Comparator.comparingLong(Work::multiplyAdds)
                .thenComparingLong(Work::multiplications)
                .thenComparingLong(Work::copies)
                .thenComparing(Comparator.comparingLong(Work::instructions).reversed());

        private Work plus(Work other) {
            return new Work(
                    multiplyAdds + other.multiplyAdds,
                    multiplications + other.multiplications,
                    copies + other.copies,
                    instructions + other.instructions);
        }
    }

    /** A way through a loop's turn from a block or inner loop on: what it is made of, in order, and its work. */
    private record Way(List<Object> steps, Work work) {}

    /** Counts for one turn of the main loop. */
    record Counts(Map<String, Long> instructions, long multiplyAdds, List<String> loops) {
        long issued() {
            return instructions.values().stream().mapToLong(Long::longValue).sum();
        }

        double perMultiplyAdd() {
            return (double) issued() / multiplyAdds;
        }
    }

    SteadyState(List<SassInstruction> code) {
        graph = new SassGraph(code);
        masked = code.stream().anyMatch(instruction -> instruction.is("FFMA") && instruction.predicated());
        main = mainLoop();
    }

    /** Whether the kernel has a loop with multiply-adds at all. */
    boolean present() {
        return main != null;
    }

    /**
     * Counts a turn.
     *
     * @param multiplyAdds of a thread in a turn
     * @param planes that are drawn for each of them; 0 if none are
     */
    Counts counts(long multiplyAdds, int planes) {
        Map<Loop, Long> turns = new HashMap<>();
        turns.put(main, 1L);
        Way way = way(main);
        inferComputing(way, multiplyAdds, turns);
        inferDrawing(way, multiplyAdds * planes, planes, turns);
        Map<String, Long> instructions = new TreeMap<>();
        add(way, 1, turns, instructions);
        List<String> described = turns.entrySet().stream()
                .map(entry -> describe(entry.getKey()) + " x " + entry.getValue())
                .sorted()
                .toList();
        return new Counts(instructions, multiplyAdds, described);
    }

    private Loop mainLoop() {
        long most = graph.loops().stream().mapToLong(this::multiplyAdds).max().orElse(0);
        List<Loop> candidates = graph.loops().stream()
                .filter(loop -> most > 0 && multiplyAdds(loop) == most)
                .toList();
        return candidates.stream()
                .filter(loop -> instructions(loop.blocks()).anyMatch(i -> i.is("BAR")))
                .reduce((first, second) -> second)
                .orElse(candidates.isEmpty() ? null : candidates.get(0));
    }

    private long multiplyAdds(Loop loop) {
        return instructions(loop.blocks()).filter(this::isMultiplyAdd).count();
    }

    private boolean isMultiplyAdd(SassInstruction instruction) {
        return instruction.is("FFMA") && (instruction.predicated() || !masked);
    }

    private static boolean isPhilox(SassInstruction instruction) {
        return instruction.is("IMAD.WIDE")
                && (instruction.immediate() == PHILOX_0 || instruction.immediate() == PHILOX_1);
    }

    private Stream<SassInstruction> instructions(BitSet blocks) {
        return blocks.stream().boxed().flatMap(block -> graph.instructions(block).stream());
    }

    private Work work(int block) {
        List<SassInstruction> code = graph.instructions(block);
        return new Work(
                code.stream().filter(this::isMultiplyAdd).count(),
                code.stream().filter(SteadyState::isPhilox).count(),
                code.stream().filter(i -> i.is("LDGSTS")).count(),
                code.size());
    }

    /** The way through a turn of a loop. */
    private Way way(Loop loop) {
        return way(loop, loop.header(), new HashMap<>());
    }

    private Way way(Loop loop, int block, Map<Integer, Way> known) {
        if (known.containsKey(block)) {
            if (known.get(block) == null) {
                throw new IllegalStateException(
                        "A cycle that is no loop, through " + graph.blocks().get(block));
            }
            return known.get(block);
        }
        known.put(block, null);
        Loop inner = loop.inner().stream()
                .filter(candidate -> candidate.blocks().get(block))
                .findFirst()
                .orElse(null);
        Object step = inner == null ? Integer.valueOf(block) : inner;
        Work own = inner == null ? work(block) : way(inner).work();
        IntStream next = inner == null
                ? graph.successors(block).stream()
                : inner.blocks().stream()
                        .flatMap(from -> graph.successors(from).stream())
                        .filter(to -> !inner.blocks().get(to));
        Way rest = null;
        for (int to : next.distinct().toArray()) {
            Way candidate = to == loop.header()
                    ? new Way(List.of(), Work.NONE)
                    : loop.blocks().get(to) ? way(loop, to, known) : null;
            if (candidate != null && (rest == null || Work.ORDER.compare(candidate.work(), rest.work()) > 0)) {
                rest = candidate;
            }
        }
        if (rest == null) {
            throw new IllegalStateException(
                    "A loop's block leads nowhere: " + graph.blocks().get(block));
        }
        Way way = new Way(Stream.concat(Stream.of(step), rest.steps().stream()).toList(), own.plus(rest.work()));
        known.put(block, way);
        return way;
    }

    private static List<Loop> innerLoops(Way way) {
        return way.steps().stream()
                .filter(Loop.class::isInstance)
                .map(Loop.class::cast)
                .toList();
    }

    /** Turns of the loops with multiply-adds: what the code around them lacks, shared evenly. */
    private void inferComputing(Way way, long multiplyAdds, Map<Loop, Long> turns) {
        List<Loop> computing = innerLoops(way).stream()
                .filter(loop -> way(loop).work().multiplyAdds() > 0)
                .toList();
        if (computing.isEmpty()) {
            if (way.work().multiplyAdds() != multiplyAdds) {
                throw new IllegalStateException("A turn is to have " + multiplyAdds
                        + " multiply-adds, its instructions make " + way.work().multiplyAdds());
            }
            return;
        }
        long inside = 0;
        for (Loop loop : computing) {
            inside += way(loop).work().multiplyAdds();
            if (innerLoops(way(loop)).stream()
                    .anyMatch(inner -> way(inner).work().multiplyAdds() > 0)) {
                throw new IllegalStateException(describe(loop) + " holds another with multiply-adds: unroll one");
            }
        }
        long direct = way.work().multiplyAdds() - inside;
        long times = quotient("multiply-adds", multiplyAdds - direct, inside);
        computing.forEach(loop -> turns.put(loop, times));
    }

    /** Turns of the loops that draw. The innermost of two is the loop over planes. */
    private void inferDrawing(Way way, long bits, int planes, Map<Loop, Long> turns) {
        long calls = quotient("Philox calls", bits, CALLS_PER_MULTIPLY_ADD);
        Map<Loop, Long> callsAround = new HashMap<>();
        long perTurn = drawingLoops(way, 1, planes, turns, callsAround);
        if (callsAround.isEmpty()) {
            long direct = calls(totalMultiplications(way, 1, turns));
            if (direct != calls) {
                throw new IllegalStateException(
                        "A turn is to make " + calls + " Philox calls, its instructions make about " + direct);
            }
            return;
        }
        long times = quotient("Philox calls", calls, perTurn);
        callsAround.keySet().forEach(loop -> turns.put(loop, times));
    }

    /** Finds the outermost loops that draw, and gives the calls that one turn of each of them makes together. */
    private long drawingLoops(Way way, long weight, int planes, Map<Loop, Long> turns, Map<Loop, Long> found) {
        long calls = 0;
        for (Loop loop : innerLoops(way)) {
            Way body = way(loop);
            if (turns.containsKey(loop)) {
                calls += drawingLoops(body, weight * turns.get(loop), planes, turns, found);
            } else if (body.work().multiplications() == 0) {
                throw new IllegalStateException(describe(loop)
                        + " neither multiplies nor draws, so that nothing tells how often it turns: unroll it");
            } else {
                long own = calls(body.work().multiplications());
                for (Loop overPlanes : innerLoops(body)) {
                    turns.put(overPlanes, (long) planes);
                    own = calls(way(overPlanes).work().multiplications()) * planes;
                }
                found.put(loop, own);
                calls += own * weight;
            }
        }
        return calls;
    }

    private long totalMultiplications(Way way, long weight, Map<Loop, Long> turns) {
        long total = 0;
        for (Object step : way.steps()) {
            total += step instanceof Loop loop
                    ? totalMultiplications(way(loop), weight * turns.get(loop), turns)
                    : weight * work((Integer) step).multiplications();
        }
        return total;
    }

    /** Calls come in powers of two. */
    private static long calls(long multiplications) {
        return multiplications == 0
                ? 0
                : 1L << Math.max(0, Math.round(Math.log(multiplications / MULTIPLICATIONS_PER_CALL) / Math.log(2)));
    }

    private static long quotient(String what, long needed, long each) {
        if (each == 0 || needed % each != 0) {
            throw new IllegalStateException(
                    "A turn needs " + needed + " " + what + ", which is no multiple of " + each);
        }
        return needed / each;
    }

    private void add(Way way, long weight, Map<Loop, Long> turns, Map<String, Long> instructions) {
        for (Object step : way.steps()) {
            if (step instanceof Loop loop) {
                add(way(loop), weight * turns.get(loop), turns, instructions);
            } else {
                graph.instructions((Integer) step)
                        .forEach(instruction -> instructions.merge(instruction.name(), weight, Long::sum));
            }
        }
    }

    private String describe(Loop loop) {
        return "loop at " + graph.blocks().get(loop.header()).start();
    }
}
