#include "cuda_timer.h"

#include <algorithm>
#include <vector>

#include "clocks.h"

namespace {

constexpr int WARM_UP_RUNS = 3;
constexpr int MIN_REPEATS = 7;
constexpr int MAX_REPEATS = 31;
constexpr double SECONDS_FOR_REPEATS = 0.5;
// Shorter work is timed in a loop too: an event marks time to about a microsecond.
constexpr double LOOP_BELOW_US = 500.0;
constexpr double LOOP_US = 20000.0;
constexpr size_t CACHES = 4;

double quantile(const std::vector<double>& sorted, double part) {
    return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

CudaTimer::CudaTimer()
    : scratch_bytes_(std::max<size_t>(64 << 20, CACHES * static_cast<size_t>(cuda::attribute(cuda::L2_BYTES)))) {
    cuda::driver().allocate(&scratch_, scratch_bytes_);
    cuda::driver().create_event(&begin_, 0);
    cuda::driver().create_event(&end_, 0);
}

CudaTimer::~CudaTimer() {
    // Unchecked: a destructor may run while the failure that matters is under way.
    cuda::driver().destroy_event.entry(begin_);
    cuda::driver().destroy_event.entry(end_);
    cuda::driver().release.entry(scratch_);
}

void CudaTimer::flush_cache() const {
    cuda::driver().fill_async(scratch_, 0, scratch_bytes_, nullptr);
}

double CudaTimer::loop(const std::function<void()>& enqueue, int runs) const {
    cuda::driver().record_event(begin_, nullptr);
    for (int run = 0; run < runs; ++run) {
        enqueue();
    }
    cuda::driver().record_event(end_, nullptr);
    cuda::driver().wait_for_event(end_);
    float milliseconds = 0.0f;
    cuda::driver().elapsed_milliseconds(&milliseconds, begin_, end_);
    return 1000.0 * milliseconds / runs;
}

Timing CudaTimer::time(const std::function<void()>& enqueue) const {
    const double rough_us = loop(enqueue, WARM_UP_RUNS);
    const int repeats = std::clamp(static_cast<int>(1e6 * SECONDS_FOR_REPEATS / rough_us), MIN_REPEATS, MAX_REPEATS);
    std::vector<double> us;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        // The flush takes longer than enqueuing does, so that nothing waits for the host between the two events.
        flush_cache();
        us.push_back(loop(enqueue, 1));
    }
    std::sort(us.begin(), us.end());
    Timing timing{quantile(us, 0.5), quantile(us, 0.25), quantile(us, 0.75), 0.0, repeats, 0};
    // A few milliseconds of work are under way while the clock is read.
    for (int run = 0; run < std::clamp(static_cast<int>(5000.0 / timing.median_us), 1, 500); ++run) {
        enqueue();
    }
    timing.sm_mhz = sm_clock_mhz();
    cuda::driver().synchronize();
    if (timing.median_us < LOOP_BELOW_US) {
        timing.loop_us = loop(enqueue, static_cast<int>(LOOP_US / timing.median_us) + 1);
    }
    return timing;
}
