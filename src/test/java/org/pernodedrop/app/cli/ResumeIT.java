package org.pernodedrop.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;

/** A run on a GPU that was interrupted ends as if it had not been, bit for bit; and its model answers there. */
class ResumeIT {
    @TempDir
    private Path folder;

    @Test
    void moreEpochsAreAsIfAskedForAtOnce() throws IOException {
        CudaDeviceUnderTest.open().close();
        String settings = "train --device cuda --limit 207 --network mlp:13,7 --batch-size 13 --epochs";
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Program.runLine(settings, "3", "--out", whole.toString()).assertFine();
        Program.runLine(settings, "1", "--out", parts.toString()).assertFine();
        Program.run("train", "--resume", parts.toString(), "--epochs", "3").assertFine();
        ResumeTest.assertSameRuns(whole, parts, true);
        Program.run(
                        "predict",
                        "--device",
                        "cuda",
                        "--model",
                        whole.toString(),
                        "--monte-carlo",
                        "50",
                        "--out",
                        folder.resolve("predictions").toString())
                .assertFine();
    }
}
