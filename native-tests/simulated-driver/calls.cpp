#include "calls.h"

#include <algorithm>
#include <iterator>

namespace simulated {

static Status failure_of(Call call) {
    switch (call) {
        case Call::COPY: return UNKNOWN;
        case Call::LAUNCH: return LAUNCH_OUT_OF_RESOURCES;
        case Call::MODULE_LOAD: return NO_BINARY_FOR_GPU;
        case Call::SYNCHRONISATION: return LAUNCH_FAILED;
        default: return OUT_OF_MEMORY;
    }
}

Status Calls::count(Call call) {
    ++counts_[index(call)];
    uint64_t& remaining = until_failure_[index(call)];
    if (remaining == 0) {
        return SUCCESS;
    }
    --remaining;
    return remaining == 0 ? failure_of(call) : SUCCESS;
}

void Calls::clear_failures() {
    std::fill(std::begin(until_failure_), std::end(until_failure_), 0);
}

void Calls::reset() {
    std::fill(std::begin(counts_), std::end(counts_), 0);
}

}  // namespace simulated
