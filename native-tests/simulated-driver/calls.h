// Counts calls by kind, and lets one of them fail when a test asked for it.
#pragma once

#include "limits.h"
#include "status.h"

namespace simulated {

class Calls {
  public:
    // For each call of that kind: SUCCESS, or the error that it must return at once.
    Status count(Call call);

    // The nth next call of that kind is to fail; 0: none.
    void fail_nth(Call call, uint64_t n) {
        until_failure_[index(call)] = n;
    }

    uint64_t until_failure(Call call) const {
        return until_failure_[index(call)];
    }

    uint64_t so_far(Call call) const {
        return counts_[index(call)];
    }

    void clear_failures();
    void reset();

  private:
    static constexpr size_t KINDS = static_cast<size_t>(Call::COUNT);

    static size_t index(Call call) {
        return static_cast<size_t>(call);
    }

    uint64_t counts_[KINDS] = {};
    uint64_t until_failure_[KINDS] = {};
};

}  // namespace simulated
