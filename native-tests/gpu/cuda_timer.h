// Times what is enqueued on the default stream, by the device's own clock (CUDA events).
#pragma once

#include <functional>

#include "cuda_driver.h"

struct Timing {
    double median_us;  // of single runs, each with a flushed L2 cache
    double low_us;     // quartiles
    double high_us;
    // A run among many back to back, the cache warm: what small shapes cost in a network; 0: not measured.
    double loop_us;
    int repeats;
    int sm_mhz;  // while it ran; 0: unknown
};

class CudaTimer {
  public:
    CudaTimer();
    ~CudaTimer();
    CudaTimer(const CudaTimer&) = delete;
    CudaTimer& operator=(const CudaTimer&) = delete;

    // `enqueue` is called often; it starts the same work each time and waits for nothing.
    Timing time(const std::function<void()>& enqueue) const;

  private:
    void flush_cache() const;
    double loop(const std::function<void()>& enqueue, int runs) const;

    cuda::Address scratch_ = 0;  // larger than the L2 cache
    size_t scratch_bytes_;
    cuda::Event begin_ = nullptr;
    cuda::Event end_ = nullptr;
};
