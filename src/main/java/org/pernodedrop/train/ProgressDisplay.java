package org.pernodedrop.train;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how training gets on: a bar with the time left on a terminal, else a line for every tenth of the epochs. */
public final class ProgressDisplay implements TrainingListener, AutoCloseable {
    private static final int LINES = 10;

    private final String name;
    private final int epochs;
    private final PrintStream out;
    private final ProgressBar bar;

    /**
     * Starts to show.
     *
     * @param name of the network
     * @param epochs that are to be done
     * @param stepsPerEpoch steps of each
     * @param out where to
     * @param interactive whether that is a terminal
     */
    public ProgressDisplay(String name, int epochs, int stepsPerEpoch, PrintStream out, boolean interactive) {
        this.name = name;
        this.epochs = epochs;
        this.out = out;
        this.bar = !interactive
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax((long) epochs * stepsPerEpoch)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(200)
                        .setConsumer(new ConsoleProgressBarConsumer(out))
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
        } else if (epoch.epoch() == epochs || epoch.epoch() % Math.max(1, epochs / LINES) == 0) {
            out.printf(
                    Locale.ROOT,
                    "%s: epoch %d of %d, train loss %.4f, validation loss %.4f, validation accuracy %.4f%n",
                    name,
                    epoch.epoch(),
                    epochs,
                    epoch.trainLoss(),
                    epoch.validationLoss(),
                    epoch.validationAccuracy());
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
