package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "train   | no room; close buffers                        | --batch-size, --network",
                "compare | no room; use a smaller batch                  | --batch-size, --network",
                "train   | no room; use a smaller --batch-size           | --network",
                "predict | no room; use a smaller batch                  | ''"
            })
    void outOfMemory(String command, String message, String options) {
        assertTold(command, message, options, new OutOfDeviceMemoryException(message, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train   | device cuda cannot be had: no driver           | --device cpu",
                "predict | device cuda cannot be had: no driver           | --device cpu",
                "predict | cannot be had; check nvidia-smi, or --device cpu | ''"
            })
    void noDevice(String command, String message, String options) {
        assertTold(command, message, options, new DeviceUnavailableException(message, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train   | the capture was invalidated; try again, or run without graphs | --no-graphs",
                "predict | the capture was invalidated; try again, or run without graphs | ''",
                "train   | a block needs more registers than this GPU has; use the CPU   | --device cpu",
                "train   | the GPU is busy; end other programs                           | ''"
            })
    void otherFailuresOfDevices(String command, String message, String options) {
        assertTold(command, message, options, new DeviceException(message, null));
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
}
