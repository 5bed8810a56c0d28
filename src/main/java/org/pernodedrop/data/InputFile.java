package org.pernodedrop.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVException;
import org.pernodedrop.io.RegularFile;

/**
 * A file or an embedded resource, plain or gzip. It is read as gzip if its name ends in .gz or it starts with gzip's
 * two magic bytes, which no other format here starts with. Every failure becomes a {@link DataException} that names the
 * file.
 */
final class InputFile {
    private static final int GZIP_MAGIC_0 = 0x1F;
    private static final int GZIP_MAGIC_1 = 0x8B;
    private static final int BUFFER = 1 << 16;

    private final String name;
    private final Opener opener;
    private final long maxUnpackedBytes;

    private InputFile(String name, Opener opener, long maxUnpackedBytes) {
        this.name = name;
        this.opener = opener;
        this.maxUnpackedBytes = maxUnpackedBytes;
    }

    /** Reads an opened file. */
    @FunctionalInterface
    interface Body<T> {
        T read(InputStream in) throws IOException;
    }

    @FunctionalInterface
    private interface Opener {
        InputStream open() throws IOException;
    }

    /** A file, with a limit as {@link Reading#maxUnpackedBytes}. */
    static InputFile of(Path path, long maxUnpackedBytes) {
        Opener opener = () -> {
            if (Files.isDirectory(path)) {
                throw new DataException("data file must not be a directory: " + path + "; name a file in it");
            }
            RegularFile.require(path);
            return Files.newInputStream(path);
        };
        long limit = maxUnpackedBytes == Reading.STANDARD_LIMIT
                ? UnpackedStream.standardLimit(size(path))
                : maxUnpackedBytes;
        return new InputFile(path.toString(), opener, limit);
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            // Opening the file reports the failure.
            return 0;
        }
    }

    /** A resource beside this class. */
    static InputFile resource(String resource) {
        Opener opener = () -> {
            InputStream in = InputFile.class.getResourceAsStream(resource);
            if (in == null) {
                throw new NoSuchFileException(resource);
            }
            return in;
        };
        return new InputFile(resource, opener, Long.MAX_VALUE);
    }

    /** The first existing file of some names in a directory, each plain or with .gz. */
    static Optional<InputFile> find(Path directory, List<String> names, long maxUnpackedBytes) {
        if (!Files.isDirectory(directory)) {
            String problem = Files.exists(directory) ? "is a file" : "does not exist";
            throw new DataException("data directory must be a directory: " + directory + " " + problem
                    + "; give the directory that holds " + names.get(0));
        }
        return names.stream()
                .flatMap(each -> List.of(directory.resolve(each), directory.resolve(each + ".gz")).stream())
                .filter(Files::exists)
                .map(path -> of(path, maxUnpackedBytes))
                .findFirst();
    }

    /** As {@link #find}, but refuses a directory without such a file. */
    static InputFile require(Path directory, List<String> names, long maxUnpackedBytes) {
        return find(directory, names, maxUnpackedBytes)
                .orElseThrow(() -> new DataException("data file must exist: " + directory.resolve(names.get(0))
                        + " (or .gz) not found; give the directory that holds it"));
    }

    /** Name of the file in messages. */
    String name() {
        return name;
    }

    /** Opens the file, reads it with {@code body} and closes it. */
    <T> T read(Body<T> body) {
        try (BufferedInputStream in = new BufferedInputStream(opener.open(), BUFFER)) {
            in.mark(2);
            int first = in.read();
            int second = in.read();
            in.reset();
            if (first < 0) {
                throw new DataException("data file must not be empty: " + name + " has 0 bytes; get it again");
            }
            if (name.endsWith(".gz") || first == GZIP_MAGIC_0 && second == GZIP_MAGIC_1) {
                try (InputStream inflated =
                        new UnpackedStream(new GZIPInputStream(in, BUFFER), name, maxUnpackedBytes)) {
                    return body.read(inflated);
                }
            }
            return body.read(in);
        } catch (IOException e) {
            throw unreadable(e);
        } catch (UncheckedIOException e) {
            throw unreadable(e.getCause());
        }
    }

    private DataException unreadable(IOException e) {
        String message;
        if (e instanceof NoSuchFileException) {
            message = "data file must exist: " + name + " not found; check the path";
        } else if (e instanceof RegularFile.NotRegularException) {
            message = "data " + e.getMessage();
        } else if (e instanceof AccessDeniedException) {
            message = "data file must be readable: " + name + " is not; check its permissions";
        } else if (e instanceof ZipException || e instanceof EOFException) {
            message = "data file must be a whole gzip file: " + name + " is truncated or damaged (" + e.getMessage()
                    + "); get it again";
        } else if (e instanceof CharacterCodingException) {
            message = "data file must be UTF-8 text: " + name + " is not; save it as UTF-8";
        } else if (e instanceof CSVException) {
            message = "CSV file must have matching quotes: " + name + " has not (" + e.getMessage()
                    + "); correct the row";
        } else {
            message = "data file must be readable: " + name + " is not (" + e.getMessage()
                    + "); check it, or get it again";
        }
        return new DataException(message, e);
    }

    /**
     * Limits the unpacked size of a gzip file: a few megabytes can unpack to as many gigabytes.
     *
     * <p>Deflate compresses by a factor of at most 1,032, tables and images of measured values by 2 to 20. The standard
     * limit therefore accepts every file of real data and stops a file of blank lines or zeros within seconds.
     */
    static final class UnpackedStream extends FilterInputStream {
        private static final long ALWAYS_ALLOWED = 1L << 30;
        private static final long USUAL_RATIO = 32;

        private final String file;
        private final long limit;
        private long read;

        /** @param limit largest number of bytes of the file, which messages name */
        UnpackedStream(InputStream inflated, String file, long limit) {
            super(inflated);
            this.file = file;
            this.limit = limit;
        }

        /** The limit for a file of a size in bytes. */
        static long standardLimit(long packed) {
            return Math.max(
                    ALWAYS_ALLOWED, packed > Long.MAX_VALUE / USUAL_RATIO ? Long.MAX_VALUE : USUAL_RATIO * packed);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            count(count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            count(skipped);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void count(long bytes) {
            read += Math.max(bytes, 0);
            if (read > limit) {
                throw new DataException("data file must unpack to at most " + limit + " bytes: " + file
                        + " is longer; check that it is no gzip bomb, and then raise the limit (--max-unpacked)");
            }
        }
    }
}
