package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.data.DataException;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** The library's remedies come with the options for them, as far as the command has them. */
class FailuresTest {
    private static String told(String command, RuntimeException failure) {
        StringWriter text = new StringWriter();
        int code = new Failures(new PrintWriter(text, true))
                .report(
                        failure,
                        Main.commandLine().getSubcommands().get(command).getCommandSpec());
        assertEquals(Main.FAILURE, code);
        return text.toString().strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train   | memory      | no room; close buffers                          | --batch-size, --network",
                "compare | memory      | no room; use a smaller batch                    | --batch-size, --network",
                "train   | memory      | no room; use a smaller --batch-size             | --network",
                "predict | memory      | no room; use a smaller batch                    | ''",
                "train   | unavailable | device cuda cannot be had: no driver            | --device cpu",
                "predict | unavailable | device cuda cannot be had: no driver            | --device cpu",
                "predict | unavailable | cannot be had; check nvidia-smi, or --device cpu | ''",
                "train   | other       | the capture was invalidated; try again, or run without graphs | --no-graphs",
                "predict | other       | the capture was invalidated; try again, or run without graphs | ''",
                "train   | other       | a block needs more registers than this GPU has; use the CPU   | --device cpu",
                "train   | other       | the GPU is busy; end other programs             | ''"
            })
    void failuresOfDevices(String command, String kind, String message, String options) {
        RuntimeException failure =
                switch (kind) {
                    case "memory" -> new OutOfDeviceMemoryException(message, null);
                    case "unavailable" -> new DeviceUnavailableException(message, null);
                    default -> new DeviceException(message, null);
                };
        assertTold(command, message, options, failure);
    }

    @Test
    void aBatchThatIsTooLarge() {
        String message = "a batch must be smaller than 2 GiB; use a smaller batch: features=1073741824";
        assertTold("train", message, "--batch-size", new IllegalArgumentException(message));
    }

    private static void assertTold(String command, String message, String options, RuntimeException failure) {
        String expected = options.isEmpty() ? message : message + "; by option: " + options;
        assertEquals("error: " + expected, told(command, failure));
    }

    @Test
    void expectedFailuresAreToldInOneLine() {
        assertEquals("error: x.csv: line 3 is ragged\n", report(new DataException("x.csv: line 3\nis ragged")));
        assertEquals("error: rate=2\n", report(new IllegalArgumentException("rate=2")));
        assertEquals("error: closed\n", report(new IllegalStateException("closed")));
        assertEquals("error: cannot write a\n", report(new IOException("cannot write a")));
        assertEquals(
                "error: NoSuchFileException: a.csv\n",
                report(new UncheckedIOException(new NoSuchFileException("a.csv"))));
        assertEquals("error: cuMemcpy failed\n", report(new DeviceException("cuMemcpy failed", null)));
        assertEquals("error: full\n", report(new OutOfDeviceMemoryException("full", new OutOfMemoryError())));
        assertEquals("error: no driver\n", report(new DeviceUnavailableException("no driver", null)));
        assertTrue(report(new OutOfMemoryError("Java heap space")).matches("error: not enough memory.*-Xmx.*\n"));
        assertEquals("error: IllegalStateException: null\n", report(new IllegalStateException()));
    }

    @Test
    void defectsShowWhereTheyAre() {
        String told = report(new NullPointerException("w"));
        assertTrue(told.startsWith("error: NullPointerException: w\n"), told);
        assertTrue(told.contains("\tat "), told);
    }

    @Test
    void stackTracesAreThereForTheAsking() {
        System.setProperty(Failures.STACK_TRACE, "true");
        try {
            assertTrue(report(new IllegalStateException("closed")).contains("\tat "));
        } finally {
            System.clearProperty(Failures.STACK_TRACE);
        }
        assertFalse(report(new IllegalStateException("closed")).contains("\tat "));
    }

    private static String report(Throwable failure) {
        StringWriter err = new StringWriter();
        assertEquals(Main.FAILURE, new Failures(new PrintWriter(err)).report(failure));
        return err.toString().replace("\r", "");
    }
}
