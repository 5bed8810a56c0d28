package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;

class FileSetTest {
    private static final FileSet.Kind KIND = new FileSet.Kind("kind", List.of("a", "b", "c"));

    @TempDir
    private Path directory;

    private FolderLock held;

    @BeforeEach
    void hold() throws IOException {
        held = FolderLock.hold(directory, notice -> {});
    }

    @AfterEach
    void letGo() {
        held.close();
    }

    private static void write(Path folder, String files, String content) throws IOException {
        Files.createDirectories(folder);
        for (char file : files.toCharArray()) {
            Files.writeString(folder.resolve(Character.toString(file)), content);
        }
    }

    private List<String> names() throws IOException {
        return FileNames.in(directory).stream()
                .filter(name -> !name.equals(FolderLock.FILE))
                .toList();
    }

    private void assertNew(Path a, Path b, Path c) throws IOException {
        assertEquals("new", Files.readString(a));
        assertFalse(Files.exists(b), "an earlier one's");
        assertEquals("new", Files.readString(c));
    }

    /**
     * In every state that a kill can leave, the new files are found, the earlier ones are not, and the next command
     * completes the replacement.
     */
    @ParameterizedTest
    @CsvSource({
        // folder of the new files, its content; earlier files, and new files already in place
        ".kind.whole, ac, abc, ''",
        ".kind.whole, ac, bc, ''",
        ".kind.whole, ac, c, ''",
        ".kind.whole, ac, '', ''",
        ".kind.moving, ac, '', ''",
        ".kind.moving, c, '', a",
        ".kind.moving, '', '', ac",
    })
    void killsLeaveTheNewFiles(String folder, String there, String earlier, String moved) throws IOException {
        write(directory.resolve(folder), there, "new");
        write(directory, earlier, "old");
        write(directory, moved, "new");
        assertNew(
                FileSet.current(directory, KIND, "a"),
                FileSet.current(directory, KIND, "b"),
                FileSet.current(directory, KIND, "c"));
        FileSet next = FileSet.begin(held, KIND);
        assertNew(directory.resolve("a"), directory.resolve("b"), directory.resolve("c"));
        assertTrue(next.isBeside());
        next.drop();
        assertEquals(List.of("a", "c"), names());
    }

    /** Before the new set is complete, the earlier files are read. */
    @Test
    void unfinishedFilesAreBesideTheEarlierOnes() throws IOException {
        write(directory, "ab", "old");
        write(directory.resolve(".kind.unfinished-9"), "ac", "new");
        write(directory.resolve(".kind.unfinished-10"), "c", "newer");
        write(directory.resolve(".kind.unfinished-11"), "a", "without what is needed to go on");
        Files.createFile(directory.resolve(".a.1234.part"));
        Files.createFile(directory.resolve("a.part"));
        assertEquals("old", Files.readString(FileSet.current(directory, KIND, "a")));
        FileSet last = FileSet.last(held, KIND, "c");
        assertEquals(directory.resolve(".kind.unfinished-10"), last.path());
        assertFalse(Files.exists(directory.resolve(".a.1234.part")), "left by a killed process");
        last.commit();
        assertEquals(List.of("a.part", "c"), names());
        assertEquals("newer", Files.readString(directory.resolve("c")));
    }

    /** Of several failed runs only the last is kept, so that a full disk does not become fuller. */
    @Test
    void laterUnfinishedFilesSupersedeThoseBefore() throws IOException {
        write(directory, "ab", "old");
        write(directory.resolve(".kind.unfinished-1"), "ac", "failed");
        write(directory.resolve(".kind.unfinished-2"), "c", "failed");
        Path foreign = Files.createFile(directory.resolve(".kind.unfinished-2").resolve("notes"));
        FileSet next = FileSet.begin(held, KIND);
        write(next.path(), "c", "new");
        assertTrue(Files.exists(directory.resolve(".kind.unfinished-1")), "as long as nothing can be gone on with");
        next.supersede();
        assertFalse(Files.exists(directory.resolve(".kind.unfinished-1")));
        assertTrue(Files.exists(foreign), "somebody's file");
        assertEquals(next.path(), FileSet.last(held, KIND, "c").path());
        assertEquals("old", Files.readString(directory.resolve("a")));
    }

    @Test
    void withoutEarlierFilesNewOnesAreWhereTheyStay() throws IOException {
        FileSet files = FileSet.begin(held, KIND);
        assertEquals(directory, files.path());
        write(files.path(), "ac", "new");
        write(directory, "x", "mine");
        files.drop();
        assertEquals(List.of("x"), names());
        files = FileSet.begin(held, KIND);
        write(files.path(), "ac", "new");
        files.commit();
        assertEquals(List.of("a", "c", "x"), names());
        assertEquals(directory, FileSet.last(held, KIND, "a").path());
    }

    @Test
    void foldersOfTheirNamesAreRefused() throws IOException {
        Files.createDirectory(directory.resolve("b"));
        Refusal.starts(IOException.class, directory.resolve("b") + " is a folder", () -> FileSet.begin(held, KIND));
        assertEquals(List.of("b"), names());
    }
}
