package org.pernodedrop.backend.cuda;

import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.driver.CudaCalls;
import org.pernodedrop.io.Closer;

/** A captured sequence of commands, enqueued at every replay: as one CUDA graph, or one by one. */
final class CudaGraph implements CapturedGraph, CommandQueue.Dependent {
    private final CommandQueue queue;
    private final PooledScratch scratch;
    private final List<Runnable> commands;
    private final Set<DeviceBlock> blocks;
    private final Set<DeviceBlock> scratchBlocks;
    private final Map<CudaStepState, Integer> advances;
    private final Map<CudaStepState, Integer> steps;
    private final CUgraphExec graph;
    private boolean closed;

    /** Captures the operations; a failure leaves everything as it was. */
    CudaGraph(CommandQueue queue, PooledScratch scratch, boolean graphs, Runnable operations) {
        this.queue = queue;
        this.scratch = scratch;
        GraphBuilder recorder = new GraphBuilder();
        try {
            queue.record(recorder, operations);
            graph = graphs && !recorder.commands.isEmpty() ? graph(recorder.commands) : null;
        } catch (RuntimeException | Error failure) {
            scratch.retain(recorder.scratch);
            scratch.release(recorder.scratch);
            throw failure;
        }
        commands = graph == null ? recorder.commands : List.of();
        blocks = recorder.blocks;
        scratchBlocks = recorder.scratch;
        advances = recorder.advances;
        steps = recorder.steps;
        scratch.retain(scratchBlocks);
        queue.add(this);
    }

    private CUgraphExec graph(List<Runnable> all) {
        CUgraph captured = queue.stream().capture(() -> all.forEach(Runnable::run));
        CUgraphExec executable = new CUgraphExec();
        int code = CudaCalls.code(() -> JCudaDriver.cuGraphInstantiate(executable, captured, 0));
        int destroyed = CudaCalls.code(() -> JCudaDriver.cuGraphDestroy(captured));
        CudaCalls.check(code, "making a graph of " + all.size() + " operations");
        if (destroyed != CUresult.CUDA_SUCCESS) {
            CudaCalls.code(() -> JCudaDriver.cuGraphExecDestroy(executable));
            throw CudaCalls.failure(destroyed, "giving back what a graph was made of");
        }
        return executable;
    }

    @Override
    public void replay() {
        if (closed) {
            throw new IllegalStateException("the graph was closed before its use");
        }
        queue.enterOutsideCaptures("replay");
        for (DeviceBlock block : blocks) {
            if (block.isClosed()) {
                throw new IllegalStateException("a buffer, state or accumulator that the graph uses was closed;"
                        + " keep them open as long as it is replayed");
            }
        }
        steps.forEach(CudaStepState::requireSteps);
        if (graph == null) {
            commands.forEach(Runnable::run);
        } else {
            CudaCalls.check(() -> JCudaDriver.cuGraphLaunch(graph, queue.stream().handle), "replaying a graph");
        }
        advances.forEach(CudaStepState::advanced);
    }

    /** Waits for unfinished replays. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        queue.enterOutsideCaptures("closing a graph");
        release();
    }

    /** The same, when the backend is closed. */
    @Override
    public void release() {
        if (closed) {
            return;
        }
        closed = true;
        queue.forget(this);
        Closer closer = new Closer();
        closer.add(() -> scratch.release(scratchBlocks));
        if (graph != null) {
            closer.add(() -> CudaCalls.check(() -> JCudaDriver.cuGraphExecDestroy(graph), "giving back a graph"));
            closer.add(() -> queue.stream().await("waiting for a graph"));
        }
        closer.close();
    }
}
