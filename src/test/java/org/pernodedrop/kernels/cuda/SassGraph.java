package org.pernodedrop.kernels.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A kernel's blocks of instructions without branches, and its loops. A loop has a branch back to a block that every
 * way to that branch passes, and all that lies between: blocks that the compiler has put aside and that jump back are
 * no loops.
 */
final class SassGraph {
    /** Instructions {@code start} to {@code end - 1}. */
    record Block(int start, int end) {}

    /**
     * A loop.
     *
     * @param header the block that every iteration begins with
     * @param blocks all its blocks, those of inner loops included
     * @param inner loops directly inside it
     */
    record Loop(int header, BitSet blocks, List<Loop> inner) {}

    private final List<SassInstruction> code;
    private final List<Block> blocks = new ArrayList<>();
    private final List<BitSet> successors = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();

    SassGraph(List<SassInstruction> code) {
        this.code = List.copyOf(code);
        cutBlocks();
        findLoops();
    }

    List<Block> blocks() {
        return List.copyOf(blocks);
    }

    List<SassInstruction> instructions(int block) {
        return code.subList(blocks.get(block).start(), blocks.get(block).end());
    }

    BitSet successors(int block) {
        return (BitSet) successors.get(block).clone();
    }

    /** All loops, a loop before those inside it. */
    List<Loop> loops() {
        return List.copyOf(loops);
    }

    private void cutBlocks() {
        TreeSet<Integer> starts = new TreeSet<>(List.of(0));
        for (int n = 0; n < code.size(); n++) {
            if (code.get(n).is("BRA")) {
                starts.add(n + 1 + code.get(n).branchDistance());
            }
            if (endsBlock(code.get(n))) {
                starts.add(n + 1);
            }
        }
        Map<Integer, Integer> blockAt = new TreeMap<>();
        for (int start : starts.headSet(code.size())) {
            Integer next = starts.higher(start);
            blockAt.put(start, blocks.size());
            blocks.add(new Block(start, next == null ? code.size() : Math.min(next, code.size())));
        }
        for (Block block : blocks) {
            SassInstruction last = code.get(block.end() - 1);
            BitSet next = new BitSet();
            if (last.is("BRA")) {
                next.set(blockAt.get(block.end() + last.branchDistance()));
            }
            if ((!endsBlock(last) || last.predicated()) && blockAt.containsKey(block.end())) {
                next.set(blockAt.get(block.end()));
            }
            successors.add(next);
        }
    }

    private static boolean endsBlock(SassInstruction instruction) {
        return instruction.is("BRA") || instruction.is("BRX") || instruction.is("EXIT") || instruction.is("RET");
    }

    private void findLoops() {
        List<BitSet> dominators = dominators();
        Map<Integer, BitSet> byHeader = new TreeMap<>();
        for (int block = 0; block < blocks.size(); block++) {
            int from = block;
            successors.get(block).stream()
                    .filter(header -> dominators.get(from).get(header))
                    .forEach(header -> byHeader.computeIfAbsent(header, key -> new BitSet())
                            .or(body(header, from)));
        }
        List<Loop> found = new ArrayList<>();
        byHeader.forEach((header, body) -> found.add(new Loop(header, body, new ArrayList<>())));
        found.sort(Comparator.comparing((Loop loop) -> -loop.blocks().cardinality())
                .thenComparing(Loop::header));
        for (Loop loop : found) {
            // The last, and so the smallest, of those before it that hold its header.
            loops.stream()
                    .filter(outer -> outer.blocks().get(loop.header()))
                    .reduce((first, second) -> second)
                    .ifPresent(outer -> outer.inner().add(loop));
            loops.add(loop);
        }
    }

    /** Blocks from which {@code latch} is reached without passing {@code header}. */
    private BitSet body(int header, int latch) {
        BitSet body = new BitSet();
        body.set(header);
        Deque<Integer> open = new ArrayDeque<>(List.of(latch));
        while (!open.isEmpty()) {
            int block = open.pop();
            if (!body.get(block)) {
                body.set(block);
                for (int from = 0; from < blocks.size(); from++) {
                    if (successors.get(from).get(block)) {
                        open.push(from);
                    }
                }
            }
        }
        return body;
    }

    /**
     * For each block, the blocks that every way from the kernel's start to it passes; empty for what no way leads to.
     */
    private List<BitSet> dominators() {
        List<BitSet> dominators = new ArrayList<>();
        BitSet all = new BitSet();
        all.set(0, blocks.size());
        for (int block = 0; block < blocks.size(); block++) {
            dominators.add((BitSet) all.clone());
        }
        dominators.get(0).clear(1, blocks.size());
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int block = 1; block < blocks.size(); block++) {
                BitSet common = (BitSet) all.clone();
                for (int from = 0; from < blocks.size(); from++) {
                    if (successors.get(from).get(block)) {
                        common.and(dominators.get(from));
                    }
                }
                common.set(block);
                if (!common.equals(dominators.get(block))) {
                    dominators.set(block, common);
                    changed = true;
                }
            }
        }
        return dominators;
    }
}
