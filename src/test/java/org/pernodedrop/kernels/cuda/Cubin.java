package org.pernodedrop.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernels' machine code in a compiled module: an ELF file of 64 bits, with a section {@code .text.<kernel>} for
 * each.
 */
final class Cubin {
    private static final String CODE = ".text.";
    private static final int INSTRUCTION = 16;

    private Cubin() {}

    static Map<String, List<SassInstruction>> read(byte[] file) {
        ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (elf.getInt(0) != 0x464C457F) {
            throw new IllegalArgumentException("A compiled module is an ELF file; this one begins " + elf.getInt(0));
        }
        // Where the flags hold the architecture, 80 for sm_80, has changed with CUDA 13's version of the ABI.
        int architecture = elf.getInt(0x30) >>> (elf.get(8) >= 8 ? 8 : 0) & 0xFF;
        int table = (int) elf.getLong(0x28);
        int size = elf.getShort(0x3A);
        int sections = elf.getShort(0x3C);
        int names = offset(elf, table + size * elf.getShort(0x3E));
        Map<String, List<SassInstruction>> kernels = new LinkedHashMap<>();
        for (int n = 0; n < sections; n++) {
            int header = table + size * n;
            String name = string(file, names + elf.getInt(header));
            if (name.startsWith(CODE)) {
                int start = offset(elf, header);
                List<SassInstruction> code = new ArrayList<>();
                for (int at = start; at < start + (int) elf.getLong(header + 0x20); at += INSTRUCTION) {
                    code.add(SassInstruction.decode(elf.getLong(at), elf.getLong(at + 8), architecture));
                }
                kernels.put(name.substring(CODE.length()), code);
            }
        }
        return kernels;
    }

    private static int offset(ByteBuffer elf, int header) {
        return (int) elf.getLong(header + 0x18);
    }

    private static String string(byte[] file, int start) {
        int end = start;
        while (file[end] != 0) {
            end++;
        }
        return new String(file, start, end - start, StandardCharsets.US_ASCII);
    }
}
