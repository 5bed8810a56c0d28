#include "step_graph.h"

namespace {

constexpr unsigned NON_BLOCKING = 1;
constexpr unsigned WITHOUT_TIMING = 2;
constexpr int THREAD_LOCAL_CAPTURE = 1;

}  // namespace

StepGraph::StepGraph(const Work& forward, const Work& dx, const Work& dw, bool forked) {
    const cuda::Driver& driver = cuda::driver();
    try {
        driver.create_stream(&main_, NON_BLOCKING);
        driver.create_stream(&side_, NON_BLOCKING);
        driver.create_event(&fork_, WITHOUT_TIMING);
        driver.create_event(&join_, WITHOUT_TIMING);
        driver.begin_capture(main_, THREAD_LOCAL_CAPTURE);
        forward(main_);
        if (forked) {
            driver.record_event(fork_, main_);
            driver.wait_in_stream(side_, fork_, 0);
            dx(side_);
            driver.record_event(join_, side_);
        } else {
            dx(main_);
        }
        dw(main_);
        if (forked) {
            driver.wait_in_stream(main_, join_, 0);
        }
        driver.end_capture(main_, &graph_);
        driver.instantiate_graph(&exec_, graph_, 0);
    } catch (...) {
        release();
        throw;
    }
}

StepGraph::~StepGraph() {
    release();
}

void StepGraph::launch() const {
    cuda::driver().launch_graph(exec_, nullptr);
}

// Unchecked: the failure that matters may be under way.
void StepGraph::release() noexcept {
    const cuda::Driver& driver = cuda::driver();
    if (exec_ != nullptr) {
        driver.destroy_graph_exec.entry(exec_);
    }
    if (graph_ != nullptr) {
        driver.destroy_graph.entry(graph_);
    }
    for (const cuda::Event event : {fork_, join_}) {
        if (event != nullptr) {
            driver.destroy_event.entry(event);
        }
    }
    for (const cuda::Stream stream : {side_, main_}) {
        if (stream != nullptr) {
            driver.destroy_stream.entry(stream);
        }
    }
}
