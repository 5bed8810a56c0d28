// The three products of a training step as one CUDA graph, as the library replays them.
#pragma once

#include <functional>

#include "cuda_driver.h"

class StepGraph {
  public:
    using Work = std::function<void(cuda::Stream)>;

    // Captures what is enqueued into the streams given; each must have run before, as modules are not loaded in a
    // capture. `forked`: dx and dw run beside each other, behind forward.
    StepGraph(const Work& forward, const Work& dx, const Work& dw, bool forked);
    ~StepGraph();
    StepGraph(const StepGraph&) = delete;
    StepGraph& operator=(const StepGraph&) = delete;

    // On the default stream.
    void launch() const;

  private:
    void release() noexcept;

    cuda::Stream main_ = nullptr;
    cuda::Stream side_ = nullptr;
    cuda::Event fork_ = nullptr;
    cuda::Event join_ = nullptr;
    cuda::Graph graph_ = nullptr;
    cuda::GraphExec exec_ = nullptr;
};
