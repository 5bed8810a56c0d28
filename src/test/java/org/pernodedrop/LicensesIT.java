package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The jars hold the licences of all that is in them; {@code licenses/README.md} lists it. */
class LicensesIT {
    private static final Path TEXTS = Path.of("licenses");
    private static final String INDEX = "README.md";
    private static final Pattern LINK = Pattern.compile("\\]\\(([\\w.-]+\\.txt)\\)");
    private static final Pattern GLOB = Pattern.compile("`([^`]+)`");
    private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/\\d+/(.+)");
    private static final List<String> OWN = List.of(
            "META-INF/MANIFEST.MF",
            "META-INF/LICENSE",
            "META-INF/NOTICE",
            "META-INF/licenses/*",
            "META-INF/services/**",
            "META-INF/maven/*/*/*",
            "org/pernodedrop/**");

    /** A line of the list. */
    private record Library(String name, String version, List<String> texts, List<PathMatcher> entries) {
        static Library of(String line) {
            String[] cells = line.split("\\|");
            List<String> texts =
                    LINK.matcher(cells[3]).results().map(link -> link.group(1)).toList();
            List<PathMatcher> entries = GLOB.matcher(cells[4])
                    .results()
                    .map(glob -> matcher(glob.group(1)))
                    .toList();
            return new Library(cells[1].strip(), cells[2].strip(), texts, entries);
        }
    }

    private static PathMatcher matcher(String glob) {
        return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    }

    private static List<Library> listed() throws IOException {
        return Files.readAllLines(TEXTS.resolve(INDEX)).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Library"))
                .map(Library::of)
                .toList();
    }

    @Test
    void whateverTheRunnableJarHoldsIsListed() throws IOException {
        List<PathMatcher> known =
                new ArrayList<>(OWN.stream().map(LicensesIT::matcher).toList());
        listed().forEach(library -> known.addAll(library.entries()));
        try (JarFile jar = new JarFile(built("-cli.jar").toFile())) {
            List<String> unlisted = jar.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(entry -> VERSIONED.matcher(entry.getName()).replaceFirst("$1"))
                    .filter(name -> known.stream().noneMatch(entries -> entries.matches(Path.of(name))))
                    .toList();
            assertEquals(List.of(), unlisted, "add their libraries and licences to licenses/README.md");
        }
    }

    @Test
    void versionsAreThoseOfTheRunnableJar() throws IOException {
        List<String> listed = listed().stream()
                .map(library -> library.name() + " " + library.version())
                .toList();
        try (JarFile jar = new JarFile(built("-cli.jar").toFile())) {
            for (JarEntry entry : jar.stream()
                    .filter(file -> file.getName().matches("META-INF/maven/.+/pom\\.properties"))
                    .filter(file -> !file.getName().contains("/org.pernodedrop/"))
                    .toList()) {
                Properties pom = new Properties();
                pom.load(new ByteArrayInputStream(content(jar, entry.getName())));
                String library = pom.getProperty("groupId") + ":" + pom.getProperty("artifactId") + " "
                        + pom.getProperty("version");
                assertTrue(listed.contains(library), "not in licenses/README.md: " + library);
            }
        }
    }

    @Test
    void everyTextIsInTheRunnableJarAsItIsHere() throws IOException {
        List<String> texts = Stream.concat(
                        listed().stream().flatMap(library -> library.texts().stream()), Stream.of(INDEX))
                .distinct()
                .sorted()
                .toList();
        try (Stream<Path> files = Files.list(TEXTS)) {
            assertEquals(
                    files.map(file -> file.getFileName().toString()).sorted().toList(),
                    texts,
                    "texts that nothing links");
        }
        try (JarFile jar = new JarFile(built("-cli.jar").toFile())) {
            for (String text : texts) {
                assertArrayEquals(
                        Files.readAllBytes(TEXTS.resolve(text)), content(jar, "META-INF/licenses/" + text), text);
            }
            String notice = new String(content(jar, "META-INF/NOTICE"), StandardCharsets.UTF_8);
            for (String whose :
                    List.of("PerNodeDrop", "Apache Batik", "Apache Commons CSV", "Jackson JSON processor")) {
                assertTrue(notice.contains(whose), whose + " is missing in " + notice);
            }
        }
    }

    @Test
    void everyJarHoldsItsOwnLicence() throws IOException {
        for (String kind : List.of(".jar", "-sources.jar", "-cli.jar")) {
            try (JarFile jar = new JarFile(built(kind).toFile())) {
                assertArrayEquals(Files.readAllBytes(Path.of("LICENSE")), content(jar, "META-INF/LICENSE"), kind);
                String notice = new String(content(jar, "META-INF/NOTICE"), StandardCharsets.UTF_8);
                assertTrue(notice.contains("Copyright 2026 The authors of PerNodeDrop"), kind);
            }
        }
    }

    private static byte[] content(JarFile jar, String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        assertTrue(entry != null, name + " is missing in " + jar.getName());
        return jar.getInputStream(entry).readAllBytes();
    }

    /** A jar of this build; without it the test is skipped, and fails where the release is tested. */
    static Path built(String kind) throws IOException {
        Pattern name = Pattern.compile("pernodedrop-[\\d.]+(-SNAPSHOT)?" + Pattern.quote(kind));
        if (Files.isDirectory(Path.of("target"))) {
            try (Stream<Path> files = Files.list(Path.of("target"))) {
                List<Path> jars = files.filter(file ->
                                name.matcher(file.getFileName().toString()).matches())
                        .toList();
                if (jars.size() == 1) {
                    return jars.get(0);
                }
            }
        }
        String missing = "there is no one target/pernodedrop-*" + kind + "; mvn package -Prelease builds it";
        assertNotEquals("required", System.getProperty("pernodedrop.test.release"), missing);
        System.err.println("SKIPPED: " + missing);
        return Assumptions.abort(missing);
    }
}
