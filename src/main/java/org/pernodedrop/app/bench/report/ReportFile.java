package org.pernodedrop.app.bench.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.io.AtomicFile;

/** A page that appears, whole, on {@link #commit}; whether it can be written there is found before. */
public final class ReportFile implements AutoCloseable {
    private final AtomicFile file;

    private ReportFile(Path target) throws IOException {
        file = AtomicFile.create(target);
    }

    /**
     * Starts a page; one that is there is replaced on {@link #commit}.
     *
     * @throws IOException if it cannot be written
     */
    public static ReportFile create(Path target) throws IOException {
        return new ReportFile(target);
    }

    /**
     * Writes the page.
     *
     * @return what is missing on it, plots or results, in one line; empty if nothing is
     */
    public Optional<String> commit(List<ResultRow> rows) throws IOException {
        ReportPage page = new ReportPage(rows);
        try {
            Files.write(file.temporary(), page.html().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw file.failure("writing failed", e);
        }
        file.commit();
        return page.notDrawn();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
