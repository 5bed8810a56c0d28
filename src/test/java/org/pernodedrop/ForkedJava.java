package org.pernodedrop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Result of a process of its own. Java programs get the class path and the JVM options of the tests; they are forked because
 * native libraries, and failures to load them, stay in a process.
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
        return run(
                Path.of(""), System.getProperty("java.class.path"), options, variables, program.getName(), arguments);
    }

    /** Runs a program of another class path in a folder. */
    static ForkedJava run(
            Path folder,
            String classPath,
            List<String> options,
            Map<String, String> variables,
            String program,
            String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx1g"));
        for (String property : List.of("java.io.tmpdir", "org.bytedeco.javacpp.cachedir")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, program));
        command.addAll(List.of(arguments));
        return run(folder, variables, command);
    }

    /** Runs a command in a folder. */
    static ForkedJava run(Path folder, Map<String, String> variables, List<String> command) {
        try {
            Path out = Files.createTempFile("forked", ".out");
            Path err = Files.createTempFile("forked", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .directory(folder.toAbsolutePath().toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
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
