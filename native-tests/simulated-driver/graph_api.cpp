// Stream capture, and the graphs that come of it.
#include "scheduler.h"

using namespace simulated;

EXPORTED int cuStreamBeginCapture_v2(void* stream_handle, int mode) {
    return call(Needs::CONTEXT, "cuStreamBeginCapture", [&](Driver&) {
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr || mode < 0 || mode > static_cast<int>(CaptureMode::RELAXED)) {
            return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
        }
        if (stream->is_null) {
            return STREAM_CAPTURE_UNSUPPORTED;
        }
        if (stream->capture != nullptr) {
            return ILLEGAL_STATE;
        }
        stream->capture = std::make_unique<Capture>();
        stream->capture->mode = static_cast<CaptureMode>(mode);
        stream->capture->thread = std::this_thread::get_id();
        return SUCCESS;
    });
}

EXPORTED int cuStreamEndCapture(void* stream_handle, void** graph) {
    return call(Needs::CONTEXT, "cuStreamEndCapture", [&](Driver& state) {
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr || graph == nullptr) {
            return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
        }
        *graph = nullptr;
        if (stream->capture == nullptr) {
            return ILLEGAL_STATE;
        }
        if (stream->capture->mode != CaptureMode::RELAXED && stream->capture->thread != std::this_thread::get_id()) {
            return STREAM_CAPTURE_WRONG_THREAD;
        }
        const std::unique_ptr<Capture> capture = std::move(stream->capture);
        if (capture->invalid) {
            return STREAM_CAPTURE_INVALIDATED;
        }
        *graph = state.graphs.add(std::make_shared<Graph>(Graph{current_context(), std::move(capture->work)}));
        return SUCCESS;
    });
}

EXPORTED int cuStreamIsCapturing(void* stream_handle, int* result) {
    enum { NONE = 0, ACTIVE = 1, INVALIDATED = 2 };
    return call(Needs::CONTEXT, "cuStreamIsCapturing", [&](Driver&) {
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr || result == nullptr) {
            return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
        }
        *result = stream->capture == nullptr ? NONE : stream->capture->invalid ? INVALIDATED : ACTIVE;
        return SUCCESS;
    });
}

EXPORTED int cuGraphInstantiateWithFlags(void** handle, void* graph_handle, unsigned long long) {
    return call(Needs::CONTEXT, "cuGraphInstantiate", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::GRAPH_INSTANTIATION); failure != SUCCESS) {
            return failure;
        }
        const std::shared_ptr<Graph> graph = state.graphs.find(graph_handle);
        if (graph == nullptr || handle == nullptr) {
            return INVALID_VALUE;
        }
        auto work = std::make_shared<const std::vector<Work>>(graph->work);
        *handle = state.graph_execs.add(std::make_shared<GraphExec>(GraphExec{current_context(), std::move(work)}));
        return SUCCESS;
    });
}

static Status run_all(const std::vector<Work>& work) {
    for (const Work& next : work) {
        if (const Status status = next(); status != SUCCESS) {
            return status;
        }
    }
    return SUCCESS;
}

EXPORTED int cuGraphLaunch(void* handle, void* stream_handle) {
    return call(Needs::CONTEXT, "cuGraphLaunch", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::LAUNCH); failure != SUCCESS) {
            return failure;
        }
        const std::shared_ptr<GraphExec> exec = state.graph_execs.find(handle);
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (exec == nullptr || stream == nullptr || exec->context != current_context()) {
            return exec == nullptr ? INVALID_VALUE : INVALID_HANDLE;
        }
        return submit(stream, [work = exec->work] { return run_all(*work); });
    });
}

EXPORTED int cuGraphUpload(void* handle, void* stream_handle) {
    return call(Needs::CONTEXT, "cuGraphUpload", [&](Driver& state) {
        const bool known = state.graph_execs.find(handle) != nullptr && find_stream(stream_handle) != nullptr;
        return known ? SUCCESS : INVALID_VALUE;
    });
}

EXPORTED int cuGraphExecDestroy(void* handle) {
    return call(Needs::CONTEXT, "cuGraphExecDestroy", [&](Driver& state) {
        const std::shared_ptr<GraphExec> exec = state.graph_execs.find(handle);
        if (exec == nullptr) {
            return INVALID_VALUE;
        }
        state.graph_execs.remove(exec.get());
        return SUCCESS;
    });
}

EXPORTED int cuGraphDestroy(void* handle) {
    return call(Needs::CONTEXT, "cuGraphDestroy", [&](Driver& state) {
        const std::shared_ptr<Graph> graph = state.graphs.find(handle);
        if (graph == nullptr) {
            return INVALID_VALUE;
        }
        state.graphs.remove(graph.get());
        return SUCCESS;
    });
}

// How many nodes there are; they themselves cannot be had.
EXPORTED int cuGraphGetNodes(void* handle, void** nodes, size_t* count) {
    return call(Needs::CONTEXT, "cuGraphGetNodes", [&](Driver& state) {
        const std::shared_ptr<Graph> graph = state.graphs.find(handle);
        if (graph == nullptr || count == nullptr) {
            return INVALID_VALUE;
        }
        if (nodes != nullptr) {
            return NOT_SUPPORTED;
        }
        *count = graph->work.size();
        return SUCCESS;
    });
}
