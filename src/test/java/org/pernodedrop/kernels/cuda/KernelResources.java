package org.pernodedrop.kernels.cuda;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a compiled kernel takes of a multiprocessor.
 *
 * @param registers of a thread
 * @param stack bytes of a thread in local memory
 * @param spilled bytes of a thread that are stored or loaded for want of registers
 * @param shared bytes of a block's static shared memory
 */
record KernelResources(int registers, int stack, int spilled, int shared) {
    private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)'");
    private static final Pattern MEMORY =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private static final int WARP = 32;
    private static final int REGISTERS_PER_MULTIPROCESSOR = 65536;
    // Registers are handed to warps in units of this.
    private static final int REGISTER_UNIT = 256;
    // What the driver keeps for itself of a block's shared memory.
    private static final int SHARED_RESERVED = 1024;

    /** Limits of a multiprocessor by architecture. */
    enum Multiprocessor {
        SM_80(164 * 1024),
        SM_90(228 * 1024);

        private static final int THREADS = 2048;
        private static final int BLOCKS = 32;
        private final int shared;

        Multiprocessor(int shared) {
            this.shared = shared;
        }

        String architecture() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads the compiler's verbose log; functions that kernels call have lines in it, too, which are not kernels'. */
    static Map<String, KernelResources> parse(String log) {
        Map<String, KernelResources> kernels = new LinkedHashMap<>();
        String[] sections = log.split("(?=ptxas info\\s*: Compiling entry function)");
        for (String section : sections) {
            Matcher kernel = KERNEL.matcher(section);
            if (kernel.find()) {
                Matcher memory = find(MEMORY, section);
                Matcher shared = SHARED.matcher(section);
                kernels.put(
                        kernel.group(1),
                        new KernelResources(
                                Integer.parseInt(find(REGISTERS, section).group(1)),
                                Integer.parseInt(memory.group(1)),
                                Integer.parseInt(memory.group(2)) + Integer.parseInt(memory.group(3)),
                                shared.find() ? Integer.parseInt(shared.group(1)) : 0));
            }
        }
        return kernels;
    }

    private static Matcher find(Pattern pattern, String section) {
        Matcher matcher = pattern.matcher(section);
        if (!matcher.find()) {
            throw new IllegalStateException(
                    "The PTX compiler's log is not as expected, no " + pattern + " in: " + section);
        }
        return matcher;
    }

    /** Blocks of a kernel that fit a multiprocessor at the same time. */
    int residentBlocks(KernelSignature kernel, Multiprocessor multiprocessor) {
        int warps = (kernel.block() + WARP - 1) / WARP;
        int warpRegisters = roundUp(registers * WARP, REGISTER_UNIT);
        int byRegisters = REGISTERS_PER_MULTIPROCESSOR / (warpRegisters * warps);
        int byShared = multiprocessor.shared / (shared + kernel.sharedBytes() + SHARED_RESERVED);
        int byThreads = Multiprocessor.THREADS / (warps * WARP);
        return Math.min(Math.min(byRegisters, byShared), Math.min(byThreads, Multiprocessor.BLOCKS));
    }

    int residentWarps(KernelSignature kernel, Multiprocessor multiprocessor) {
        return residentBlocks(kernel, multiprocessor) * ((kernel.block() + WARP - 1) / WARP);
    }

    private static int roundUp(int value, int unit) {
        return (value + unit - 1) / unit * unit;
    }
}
