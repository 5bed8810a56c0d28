package org.pernodedrop.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What comes out of a gzip file, up to a limit: a file of a few megabytes can unpack to as many gigabytes of nothing.
 *
 * <p>Deflate packs 1 to 1,032 at most, tables and images of measured values 1 to 2 up to 1 to 20. So the standard limit
 * lets every file of data pass, and stops one of blank lines or zeros within seconds.
 */
final class UnpackedStream extends FilterInputStream {
    private static final long ALWAYS_ALLOWED = 1L << 30;
    private static final long USUAL_RATIO = 32;

    private final String file;
    private final long limit;
    private long read;

    /**
     * A stream.
     *
     * @param file name for messages
     * @param limit most bytes
     */
    UnpackedStream(InputStream inflated, String file, long limit) {
        super(inflated);
        this.file = file;
        this.limit = limit;
    }

    /** The limit for a file of a size in bytes. */
    static long standardLimit(long packed) {
        return Math.max(ALWAYS_ALLOWED, packed > Long.MAX_VALUE / USUAL_RATIO ? Long.MAX_VALUE : USUAL_RATIO * packed);
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
                    + " goes on behind them; check that it is no gzip bomb, and then allow more by --max-unpacked");
        }
    }
}
