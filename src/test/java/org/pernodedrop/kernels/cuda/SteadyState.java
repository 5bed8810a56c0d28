package org.pernodedrop.kernels.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pernodedrop.kernels.cuda.MainLoop.Way;
import org.pernodedrop.kernels.cuda.SassGraph.Loop;

/**
 * How many instructions of each name a thread issues in one iteration of a tile kernel's main loop, in the middle of a
 * large layer.
 *
 * <p>How often inner loops iterate follows from what an iteration of the main loop must compute: its multiply-adds, and one
 * Philox call for every 128 of them and plane. A loop that does neither is refused, as nothing tells its iterations.
 */
final class SteadyState {
    // Of the 20 multiplications of a call, those of the first rounds may be shared between calls.
    private static final double MULTIPLICATIONS_PER_CALL = 18.5;
    private static final int BITS_PER_CALL = 128;

    private final MainLoop main;
    private final long multiplyAdds;
    private final int planes;
    private final Map<Loop, Long> iterations = new HashMap<>();

    /** Counts for one iteration of the main loop; {@code conflicts} are those of {@link BankConflicts}. */
    record Counts(Map<String, Long> instructions, long multiplyAdds, long conflicts, List<String> loops) {
        long issued() {
            return instructions.values().stream().mapToLong(Long::longValue).sum();
        }

        double perMultiplyAdd() {
            return (double) issued() / multiplyAdds;
        }

        double conflictsPerMultiplyAdd() {
            return (double) conflicts / multiplyAdds;
        }
    }

    private SteadyState(MainLoop main, long multiplyAdds, int planes) {
        this.main = main;
        this.multiplyAdds = multiplyAdds;
        this.planes = planes;
    }

    /**
     * Counts an iteration.
     *
     * @param multiplyAdds of a thread in an iteration
     * @param planes that are drawn for each of them; 0 if none are
     * @throws IllegalStateException if the loop's instructions cannot do just that
     */
    static Counts count(MainLoop main, long multiplyAdds, int planes) {
        SteadyState state = new SteadyState(main, multiplyAdds, planes);
        Way way = main.way(main.loop());
        state.iterations.put(main.loop(), 1L);
        state.inferComputing(way);
        state.inferDrawing(way);
        Map<String, Long> instructions = new TreeMap<>();
        state.add(way, 1, instructions);
        List<String> loops = state.iterations.entrySet().stream()
                .map(entry -> "loop at " + main.start(entry.getKey()) + " x " + entry.getValue())
                .sorted()
                .toList();
        return new Counts(instructions, multiplyAdds, state.conflicts(way, 1), loops);
    }

    /** Iterations of the loops with multiply-adds: as many as give those that the code around them lacks. */
    private void inferComputing(Way way) {
        List<Loop> computing = way.loops().stream().filter(this::computes).toList();
        long inside = computing.stream()
                .mapToLong(loop -> main.way(loop).work().multiplyAdds())
                .sum();
        long around = way.work().multiplyAdds() - inside;
        if (computing.isEmpty()) {
            if (around != multiplyAdds) {
                throw new IllegalStateException(
                        "An iteration is to have " + multiplyAdds + " multiply-adds, its instructions make " + around);
            }
            return;
        }
        long times = quotient("multiply-adds", multiplyAdds - around, inside);
        for (Loop loop : computing) {
            if (main.way(loop).loops().stream().anyMatch(this::computes)) {
                throw new IllegalStateException(
                        "The loop at " + main.start(loop) + " holds another with multiply-adds: unroll one");
            }
            iterations.put(loop, times);
        }
    }

    private boolean computes(Loop loop) {
        return main.way(loop).work().multiplyAdds() > 0;
    }

    /**
     * Iterations of the loops that draw: as many as give the calls that are needed. Of two, the inner one is over planes.
     */
    private void inferDrawing(Way way) {
        long calls = quotient("bits", multiplyAdds * planes, BITS_PER_CALL);
        Map<Loop, Long> callsOfIteration = new HashMap<>();
        findDrawing(way, 1, callsOfIteration);
        long perTurn =
                callsOfIteration.values().stream().mapToLong(Long::longValue).sum();
        if (perTurn > 0) {
            long times = quotient("Philox calls", calls, perTurn);
            callsOfIteration.keySet().forEach(loop -> iterations.put(loop, times));
            return;
        }
        long direct = calls(philox(way, 1));
        if (direct != calls) {
            throw new IllegalStateException(
                    "An iteration is to make " + calls + " Philox calls, its instructions make about " + direct);
        }
    }

    /**
     * Finds the outermost loops that draw, and the calls in one iteration of each, times the iterations of the loops around it.
     */
    private void findDrawing(Way way, long weight, Map<Loop, Long> callsOfIteration) {
        for (Loop loop : way.loops()) {
            Way body = main.way(loop);
            if (iterations.containsKey(loop)) {
                findDrawing(body, weight * iterations.get(loop), callsOfIteration);
            } else if (body.work().philox() == 0) {
                throw new IllegalStateException("The loop at " + main.start(loop)
                        + " neither multiplies nor draws, so that nothing tells how often it iterates: unroll it");
            } else if (body.loops().isEmpty()) {
                callsOfIteration.put(loop, weight * calls(body.work().philox()));
            } else {
                body.loops().forEach(overPlanes -> iterations.put(overPlanes, (long) planes));
                callsOfIteration.put(loop, weight * planes * calls(body.work().philox()));
            }
        }
    }

    private long philox(Way way, long weight) {
        long count = weight
                * way.blocks().stream()
                        .mapToLong(block -> main.work(block).philox())
                        .sum();
        for (Loop loop : way.loops()) {
            count += philox(main.way(loop), weight * iterations.get(loop));
        }
        return count;
    }

    /** Calls come in powers of two. */
    private static long calls(long multiplications) {
        return multiplications == 0
                ? 0
                : 1L << Math.max(0, Math.round(Math.log(multiplications / MULTIPLICATIONS_PER_CALL) / Math.log(2)));
    }

    private static long quotient(String what, long needed, long each) {
        if (needed % each != 0) {
            throw new IllegalStateException(
                    "An iteration needs " + needed + " " + what + ", which is no multiple of " + each);
        }
        return needed / each;
    }

    private long conflicts(Way way, long weight) {
        long count = weight
                * way.blocks().stream()
                        .mapToLong(block -> BankConflicts.count(main.instructions(block)))
                        .sum();
        for (Loop loop : way.loops()) {
            count += conflicts(main.way(loop), weight * iterations.get(loop));
        }
        return count;
    }

    private void add(Way way, long weight, Map<String, Long> instructions) {
        way.blocks().forEach(block -> main.instructions(block)
                .forEach(instruction -> instructions.merge(instruction.name(), weight, Long::sum)));
        way.loops().forEach(loop -> add(main.way(loop), weight * iterations.get(loop), instructions));
    }
}
