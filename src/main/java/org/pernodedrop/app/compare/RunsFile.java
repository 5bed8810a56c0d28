package org.pernodedrop.app.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.io.JsonText;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.io.RegularFile;

/**
 * The runs of a comparison on disk: a line of JSON with the settings, then one for each finished run, which is on the
 * disk when {@link #append} returns. An incomplete last line of a killed process is dropped when the file is opened
 * again, so that no finished run is lost and none is counted twice. The folder is locked while the file is open.
 */
public final class RunsFile implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder(JsonText.factory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private final Path path;
    private final FileChannel channel;
    private final List<ComparedRun> runs = new ArrayList<>();
    private Header header;

    /**
     * The first line.
     *
     * @param settings what all runs share, by name
     * @param environment where the file was started: command, versions, machine
     */
    public record Header(Map<String, Object> settings, Map<String, String> environment) {}

    /** What a file holds. */
    public record Content(Header header, List<ComparedRun> runs) {}

    private RunsFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens or creates a file.
     *
     * @param held its folder
     * @param header its first line; of a file that is there, the settings must be the same. Values are texts, numbers,
     *     booleans or null
     * @throws IOException if it cannot be read or written, is no such file, or holds runs with other settings; with a
     *     message that says so in one line
     */
    public static RunsFile open(FolderLock held, Path path, Header header) throws IOException {
        if (!held.path().equals(path.getParent())) {
            throw new IllegalArgumentException("path must be in the folder that is held: path=" + path + ", held="
                    + held.path() + "; hold that of the file");
        }
        RegularFile.require(path);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        RunsFile file = new RunsFile(path, channel);
        try {
            file.read(header);
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void read(Header wanted) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (channel.read(buffer) >= 0) {
            bytes.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        String text = wholeLines(bytes.toString(StandardCharsets.UTF_8));
        channel.truncate(text.getBytes(StandardCharsets.UTF_8).length);
        channel.position(channel.size());
        if (text.isEmpty()) {
            header = wanted;
            writeLine(JSON.valueToTree(wanted));
            return;
        }
        Content content = parse(path, text);
        requireEqual(
                JSON.valueToTree(wanted.settings()),
                JSON.valueToTree(content.header().settings()));
        header = content.header();
        runs.addAll(content.runs());
    }

    /**
     * Reads a file without changing it.
     *
     * @throws IOException if it cannot be read or is no such file
     */
    public static Content read(Path path) throws IOException {
        RegularFile.require(path);
        String text;
        try {
            text = wholeLines(Files.readString(path));
        } catch (NoSuchFileException e) {
            throw new IOException(path + " is not there; make a comparison first, or name its folder by --out", e);
        } catch (CharacterCodingException e) {
            throw new IOException(path + " is no file of a comparison: it is no text in UTF-8; name another --out", e);
        }
        if (text.isEmpty()) {
            throw new IOException(path + " holds no comparison; make one first");
        }
        return parse(path, text);
    }

    private static String wholeLines(String text) {
        return text.substring(0, text.lastIndexOf('\n') + 1);
    }

    private static Content parse(Path path, String text) throws IOException {
        List<String> lines = text.lines().toList();
        Header header = parse(path, lines, 0, Header.class);
        if (header.settings() == null || header.environment() == null) {
            throw new IOException(
                    path + " is no file of a comparison: its first line must have settings and environment;"
                            + " name another --out");
        }
        renamePrecision(header.settings());
        List<ComparedRun> runs = new ArrayList<>();
        for (int line = 1; line < lines.size(); line++) {
            runs.add(parse(path, lines, line, ComparedRun.class));
        }
        return new Content(header, runs);
    }

    // Comparisons before there was one precision for all products; the values mean the same.
    private static void renamePrecision(Map<String, Object> settings) {
        Object old = settings.remove("matrix_precision");
        if (old != null) {
            settings.putIfAbsent("precision", old);
        }
    }

    private static <T> T parse(Path path, List<String> lines, int line, Class<T> type) throws IOException {
        try {
            T value = JSON.readValue(lines.get(line), type);
            if (value != null) {
                return value;
            }
            throw damaged(path, line, "it must be an object", null);
        } catch (JsonProcessingException e) {
            boolean refused = e.getCause() instanceof IllegalArgumentException;
            throw damaged(path, line, refused ? e.getCause().getMessage() : e.getOriginalMessage(), e);
        }
    }

    private static IOException damaged(Path path, int line, String problem, Exception cause) {
        return new IOException(
                path + " is no file of a comparison, or damaged: line " + (line + 1) + ": " + MessageText.cut(problem)
                        + "; remove the line, or name another --out",
                cause);
    }

    // Numbers may differ in their JSON type after reading; their texts are equal.
    private void requireEqual(ObjectNode settings, JsonNode found) throws IOException {
        ObjectNode union = settings.deepCopy();
        found.fieldNames().forEachRemaining(union::putNull);
        for (Iterator<String> names = union.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            String wanted = text(settings, name);
            String there = text(found, name);
            if (!wanted.equals(there)) {
                throw new IOException(path + " holds runs with other settings, which cannot be compared: " + name
                        + " is " + MessageText.shown(there) + " there and " + MessageText.shown(wanted)
                        + " now; take the same, or name another --out");
            }
        }
    }

    private static String text(JsonNode settings, String name) {
        JsonNode value = settings.get(name);
        return value == null ? "missing" : value.toString();
    }

    /** Its first line. */
    public Header header() {
        return header;
    }

    /** All finished runs. */
    public synchronized List<ComparedRun> runs() {
        return List.copyOf(runs);
    }

    /** Appends a run and forces it to the disk. */
    public synchronized void append(ComparedRun run) throws IOException {
        writeLine(JSON.valueToTree(run));
        runs.add(run);
    }

    private void writeLine(JsonNode line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw AtomicFile.failure(path, "writing failed", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
