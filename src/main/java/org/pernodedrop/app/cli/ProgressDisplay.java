package org.pernodedrop.app.cli;

import java.io.Console;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.pernodedrop.io.NativesFolder;
import org.pernodedrop.train.EpochMetrics;
import org.pernodedrop.train.TrainingListener;

/**
 * Shows the progress of a training: a progress bar on standard error if that is a terminal, otherwise one line for
 * the first epoch and for every tenth of the others.
 */
final class ProgressDisplay implements TrainingListener, AutoCloseable {
    private static final int LINES = 10;

    private final String name;
    private final int epochs;
    private final Consumer<String> lines;
    private final ProgressBar bar;

    /**
     * Starts to show.
     *
     * @param name of the network
     * @param epochs that are to be done in all
     * @param finished how many of them were done before
     * @param stepsPerEpoch steps of each
     * @param interactive whether standard error is a terminal
     * @param lines takes the lines if it is not
     */
    ProgressDisplay(
            String name, int epochs, int finished, int stepsPerEpoch, boolean interactive, Consumer<String> lines) {
        this.name = name;
        this.epochs = epochs;
        this.lines = lines;
        this.bar = !interactive || !TerminalNatives.havePrivateFolder(lines)
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax((long) epochs * stepsPerEpoch)
                        .startsFrom((long) finished * stepsPerEpoch, Duration.ZERO)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(200)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err))
                        .build();
    }

    /** Whether standard error is a terminal. */
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From JDK 22 on there may be a console without a terminal.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the console does not say whether it is a terminal: " + e, e);
        }
    }

    @Override
    public void stepped() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void finished(EpochMetrics epoch) {
        if (bar != null) {
            bar.setExtraMessage(String.format(
                    Locale.ROOT, " loss %.3f, validation %.3f", epoch.trainLoss(), epoch.validationLoss()));
        } else if (epoch.epoch() == 1 || epoch.epoch() == epochs || epoch.epoch() % Math.max(1, epochs / LINES) == 0) {
            lines.accept(String.format(
                    Locale.ROOT,
                    "%s: epoch %d of %d, train loss %.4f, validation loss %.4f, validation accuracy %.4f",
                    name,
                    epoch.epoch(),
                    epochs,
                    epoch.trainLoss(),
                    epoch.validationLoss(),
                    epoch.validationAccuracy()));
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /**
     * The native library that tells the progress bar the terminal's width. JLine would unpack it to a predictable
     * name in the folder for temporary files, where another user may have put a library.
     */
    static final class TerminalNatives {
        private static final String PROPERTY = "jline.tmpdir";

        private TerminalNatives() {}

        /**
         * Makes JLine unpack to a private folder, unless the property was set before.
         *
         * @param lines receives the reason if there is none
         * @return whether there is a folder
         */
        static boolean havePrivateFolder(Consumer<String> lines) {
            if (System.getProperty(PROPERTY) == null) {
                try {
                    String folder =
                            NativesFolder.ofThisProcess().of("jline").path().toString();
                    System.setProperty(PROPERTY, folder);
                } catch (IOException e) {
                    lines.accept("no progress bar: " + e.getMessage());
                    return false;
                }
            }
            return true;
        }
    }
}
