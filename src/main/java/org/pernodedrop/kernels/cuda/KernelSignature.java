package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a launch of a kernel needs to know.
 *
 * @param name as in the PTX
 * @param parameters in order
 * @param block threads of a block: one-dimensional, and this number in every launch
 * @param sharedBytes dynamic shared memory of a block, in bytes; above 48 KB a function must be allowed it before
 */
public record KernelSignature(String name, List<KernelParameter> parameters, int block, int sharedBytes) {
    private static final Pattern DECLARATION = Pattern.compile("\\s*(\\w+)\\s*\\(([^)]*)\\)\\s*block (\\d+)\\s*");

    public KernelSignature {
        parameters = List.copyOf(parameters);
        if (block < 1 || block > 1024) {
            throw new IllegalArgumentException("block must be in [1, 1024]: kernel=" + name + ", block=" + block);
        }
    }

    /**
     * Reads declarations one after the other: {@code name(parameters) block threads}, without dynamic shared memory.
     */
    static List<KernelSignature> parse(String declarations) {
        List<KernelSignature> kernels = new ArrayList<>();
        Matcher matcher = DECLARATION.matcher(declarations);
        int end = 0;
        while (end < declarations.length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new IllegalArgumentException("declarations must read <name>(<parameters>) block <threads>: found="
                        + declarations.substring(end));
            }
            end = matcher.end();
            kernels.add(new KernelSignature(
                    matcher.group(1),
                    KernelParameter.parseList(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)),
                    0));
        }
        return kernels;
    }

    @Override
    public String toString() {
        return parameters.stream().map(KernelParameter::toString).collect(Collectors.joining(", ", name + "(", ")"));
    }
}
