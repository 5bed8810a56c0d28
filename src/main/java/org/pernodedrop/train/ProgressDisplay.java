package org.pernodedrop.train;

import java.io.Console;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how training gets on: on a terminal a bar on standard error with the time left, else a line for the first epoch and every tenth
 * part of the rest. */
public final class ProgressDisplay implements TrainingListener, AutoCloseable {
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
    public ProgressDisplay(
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

    /** Whether somebody watches a terminal. */
    public static boolean isInteractive() {
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
}
