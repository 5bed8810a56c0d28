package org.pernodedrop.app.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.DataSplit;

/**
 * Executes the runs of a comparison in parallel jobs, each on its own backend. A backend's results depend neither on
 * its number of threads nor on other backends, so the number of jobs affects only the time.
 */
public final class Runner {
    private final Trial trial;
    private final LongFunction<DataSplit> splits;
    private final Supplier<Backend> backends;

    /**
     * Creates a runner.
     *
     * @param splits the standardized data of a seed, with a test part; called from one thread at a time
     * @param backends opens a backend; called once by each job
     */
    public Runner(Trial trial, LongFunction<DataSplit> splits, Supplier<Backend> backends) {
        this.trial = trial;
        this.splits = splits;
        this.backends = backends;
    }

    /**
     * Executes the runs and appends each finished one to the file. The first failure other than a loss that is not
     * finite ends all jobs; finished runs remain in the file.
     *
     * @param jobs how many at a time, at least 1
     * @param finished told of every finished run, by one thread at a time
     * @throws IOException if the file cannot be written
     */
    public void run(List<Plan.Task> tasks, int jobs, RunsFile file, Consumer<ComparedRun> finished) throws IOException {
        Queue<Plan.Task> queue = new ConcurrentLinkedQueue<>(tasks);
        Splits data = new Splits(splits, tasks);
        ExecutorService pool = Executors.newFixedThreadPool(jobs);
        List<Future<?>> futures = new ArrayList<>();
        try {
            for (int job = 0; job < jobs; job++) {
                futures.add(pool.submit(() -> work(queue, data, file, finished)));
            }
        } catch (RuntimeException | Error failure) {
            // The system refused another thread: wait for the running jobs before the failure is reported.
            queue.clear();
            try {
                await(futures, queue);
            } catch (IOException | RuntimeException | Error another) {
                failure.addSuppressed(another);
            }
            throw failure;
        } finally {
            pool.shutdown();
        }
        await(futures, queue);
    }

    private void work(Queue<Plan.Task> queue, Splits data, RunsFile file, Consumer<ComparedRun> finished) {
        try (Backend backend = backends.get()) {
            for (Plan.Task task = queue.poll(); task != null; task = queue.poll()) {
                ComparedRun run = trial.run(task, data.of(task.seed()), backend);
                data.release(task.seed());
                synchronized (file) {
                    file.append(run);
                    finished.accept(run);
                }
            }
        } catch (IOException e) {
            queue.clear();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            queue.clear();
            throw e;
        }
    }

    // All jobs end before the first failure is reported, because they use backends and the file.
    private static void await(List<Future<?>> futures, Queue<Plan.Task> queue) throws IOException {
        Throwable failure = null;
        boolean interrupted = false;
        for (int job = 0; job < futures.size(); ) {
            try {
                futures.get(job).get();
                job++;
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
                job++;
            } catch (InterruptedException e) {
                interrupted = true;
                queue.clear();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the comparison was interrupted; call it again to go on", failure);
        }
        if (failure instanceof UncheckedIOException unchecked) {
            throw unchecked.getCause();
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    /** The standardized data of each seed, kept in memory until its last run is done. */
    private static final class Splits {
        private final LongFunction<DataSplit> loaded;
        private final Map<Long, Integer> left = new HashMap<>();
        private final Map<Long, DataSplit> splits = new HashMap<>();

        Splits(LongFunction<DataSplit> loaded, List<Plan.Task> tasks) {
            this.loaded = loaded;
            tasks.forEach(task -> left.merge(task.seed(), 1, Integer::sum));
        }

        synchronized DataSplit of(long seed) {
            return splits.computeIfAbsent(seed, loaded::apply);
        }

        /** A run of the seed is done. */
        synchronized void release(long seed) {
            if (left.merge(seed, -1, Integer::sum) == 0) {
                splits.remove(seed);
            }
        }
    }
}
