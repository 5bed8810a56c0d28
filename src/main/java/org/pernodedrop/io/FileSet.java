package org.pernodedrop.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces a set of files in a locked folder as a whole.
 *
 * <p>If the folder holds files of the kind, new ones are written to {@code .KIND.unfinished-1} in it, and the earlier
 * ones stay. {@link #commit} renames that to {@code .KIND.whole}, deletes the earlier files, renames it to
 * {@code .KIND.moving}, moves the new files from there, and removes it. Wherever a process is killed in this sequence,
 * {@link #current} finds one complete set, and the next command that locks the folder completes the sequence. In a
 * folder without files of the kind, new ones are written directly to the folder.
 */
public final class FileSet {
    private final Path folder;
    private final Kind kind;
    private final Path path;
    private boolean started;

    /**
     * A named set of files.
     *
     * @param name for folders' names
     * @param files all names that files of the kind may have
     */
    public record Kind(String name, List<String> files) {
        /** Copies the list. */
        public Kind {
            files = List.copyOf(files);
        }

        private Path whole(Path folder) {
            return folder.resolve("." + name + ".whole");
        }

        private Path moving(Path folder) {
            return folder.resolve("." + name + ".moving");
        }

        private Path unfinished(Path folder, int number) {
            return folder.resolve("." + name + ".unfinished-" + number);
        }

        private boolean hasFiles(Path folder) {
            return files.stream().anyMatch(file -> Files.exists(folder.resolve(file), LinkOption.NOFOLLOW_LINKS));
        }
    }

    private FileSet(Path folder, Kind kind, Path path) {
        this.folder = folder;
        this.kind = kind;
        this.path = path;
    }

    /**
     * The place to read a file of the current set, even if the process that replaced the set was killed; changes
     * nothing.
     *
     * @param folder need not be held
     */
    public static Path current(Path folder, Kind kind, String file) {
        if (isFolder(kind.whole(folder))) {
            return kind.whole(folder).resolve(file);
        }
        Path moving = kind.moving(folder).resolve(file);
        return isFolder(kind.moving(folder)) && Files.exists(moving) ? moving : folder.resolve(file);
    }

    /**
     * Starts a new set.
     *
     * @throws IOException if the folder cannot be written to, or has folders of the files' names
     */
    public static FileSet begin(FolderLock held, Kind kind) throws IOException {
        Path folder = held.path();
        recover(held, kind);
        for (String file : kind.files()) {
            Path earlier = folder.resolve(file);
            if (Files.isDirectory(earlier, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(
                        earlier + " is a folder, but a file must be written there; remove it, or name another"
                                + " folder (--out)");
            }
        }
        SortedMap<Integer, Path> unfinished = unfinished(folder, kind);
        if (unfinished.isEmpty() && !kind.hasFiles(folder)) {
            return new FileSet(folder, kind, folder);
        }
        Path beside = kind.unfinished(folder, unfinished.isEmpty() ? 1 : unfinished.lastKey() + 1);
        Files.createDirectory(beside);
        return new FileSet(folder, kind, beside);
    }

    /**
     * Continues the set that was started last and not finished; without one, the set in the folder itself.
     *
     * @param needed a file without which an unfinished set is ignored: the process was killed before it wrote that
     * @throws IOException if the folder cannot be written to
     */
    public static FileSet last(FolderLock held, Kind kind, String needed) throws IOException {
        Path folder = held.path();
        recover(held, kind);
        SortedMap<Integer, Path> unfinished = unfinished(folder, kind);
        unfinished.values().removeIf(each -> !Files.exists(each.resolve(needed)));
        Path path = unfinished.isEmpty() ? folder : unfinished.get(unfinished.lastKey());
        deleteParts(path, kind);
        return new FileSet(folder, kind, path);
    }

    /**
     * Completes the commit of a killed process: afterwards all files in the folder itself belong to one set.
     *
     * @throws IOException if a file cannot be moved or deleted
     */
    public static void recover(FolderLock held, Kind kind) throws IOException {
        deleteParts(held.path(), kind);
        if (isFolder(kind.whole(held.path()))) {
            deleteEarlier(held.path(), kind);
        }
        if (isFolder(kind.moving(held.path()))) {
            moveNew(held.path(), kind);
        }
        // Left by a process that was killed before it wrote a file.
        for (Path each : unfinished(held.path(), kind).values()) {
            if (isEmpty(each)) {
                Files.delete(each);
            }
        }
    }

    /** The folder to write the files to. */
    public Path path() {
        return path;
    }

    /** Whether earlier files are there, and these are written beside them. */
    public boolean isBeside() {
        return !path.equals(folder);
    }

    /**
     * Deletes sets that were started earlier and never finished, so that {@link #last} finds this one.
     *
     * @throws IOException if a file cannot be deleted
     */
    public void supersede() throws IOException {
        for (Path each : unfinished(folder, kind).values()) {
            if (!each.equals(path)) {
                deleteWhole(each, kind);
            }
        }
    }

    /**
     * Replaces the earlier set by this one, to which nothing may be written any more.
     *
     * @throws IOException if they cannot be moved; the next command that holds the folder goes on
     */
    public void commit() throws IOException {
        if (isBeside()) {
            move(path, kind.whole(folder));
            started = true;
            force(folder);
            deleteEarlier(folder, kind);
            moveNew(folder, kind);
        }
    }

    /**
     * Deletes the new files, unless {@link #commit} has started; earlier files stay.
     *
     * @throws IOException if they cannot be deleted
     */
    public void drop() throws IOException {
        if (started) {
            return;
        }
        delete(path, kind);
        if (isBeside()) {
            Files.deleteIfExists(path);
        }
    }

    private static void deleteEarlier(Path folder, Kind kind) throws IOException {
        delete(folder, kind);
        for (Path each : unfinished(folder, kind).values()) {
            deleteWhole(each, kind);
        }
        force(folder);
        move(kind.whole(folder), kind.moving(folder));
        force(folder);
    }

    private static void moveNew(Path folder, Kind kind) throws IOException {
        Path moving = kind.moving(folder);
        for (String file : kind.files()) {
            if (Files.exists(moving.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
                move(moving.resolve(file), folder.resolve(file));
            }
        }
        force(folder);
        deleteParts(moving, kind);
        if (!isEmpty(moving)) {
            throw new IOException(moving + " holds files that are not of a " + kind.name() + "; move them away");
        }
        Files.delete(moving);
    }

    // Files that are not of the kind stay.
    private static void deleteWhole(Path folder, Kind kind) throws IOException {
        delete(folder, kind);
        if (isEmpty(folder)) {
            Files.delete(folder);
        }
    }

    private static void delete(Path folder, Kind kind) throws IOException {
        for (String file : kind.files()) {
            Files.deleteIfExists(folder.resolve(file));
        }
        deleteParts(folder, kind);
    }

    private static void deleteParts(Path folder, Kind kind) throws IOException {
        for (Path part : list(folder, path -> kind.files().stream().anyMatch(file -> AtomicFile.isPart(path, file)))) {
            Files.deleteIfExists(part);
        }
    }

    private static SortedMap<Integer, Path> unfinished(Path folder, Kind kind) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote("." + kind.name() + ".unfinished-") + "(\\d{1,9})");
        SortedMap<Integer, Path> found = new TreeMap<>();
        for (Path each : list(folder, FileSet::isFolder)) {
            Matcher matcher = name.matcher(each.getFileName().toString());
            if (matcher.matches()) {
                found.put(Integer.parseInt(matcher.group(1)), each);
            }
        }
        return found;
    }

    private static List<Path> list(Path folder, Predicate<Path> wanted) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                if (wanted.test(each)) {
                    found.add(each);
                }
            }
        }
        return found;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        return list(folder, path -> true).isEmpty();
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw AtomicFile.failure(to, "moving the finished files there failed", e);
        }
    }

    /** Flushes a folder's entries to the disk, where the system allows it. */
    static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every system can open folders; it then flushes the entries at a time of its own.
        }
    }
}
