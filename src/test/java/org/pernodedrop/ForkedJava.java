package org.pernodedrop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a Java program gave in a process of its own, with the class path and the JVM options of the tests: native libraries
 * and the classes that load them stay in a process once they are there, failures too.
 *
 * @param code exit code
 * @param out standard output
 * @param err standard error
 */
public record ForkedJava(int code, String out, String err) {
    private static final long MINUTES = 3;

    /**
     * Runs a program.
     *
     * @param options further options of the JVM
     * @param variables further environment variables
     */
    public static ForkedJava run(
            List<String> options, Map<String, String> variables, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx1g"));
        for (String folder : List.of("java.io.tmpdir", "org.bytedeco.javacpp.cachedir")) {
            if (System.getProperty(folder) != null) {
                command.add("-D" + folder + "=" + System.getProperty(folder));
            }
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile("forked", ".out");
            Path err = Files.createTempFile("forked", ".err");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
                builder.environment().putAll(variables);
                Process process = builder.start();
                if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                    process.destroyForcibly();
                    throw new AssertionError("still running after " + MINUTES + " minutes: " + command);
                }
                return new ForkedJava(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("could not run " + command, e);
        }
    }
}
