// Guarded memory by address: the device's, and the host's that is page-locked. What is freed stays inaccessible, with
// its name, until much else was freed: a later use faults and can be explained.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "guarded_memory.h"
#include "status.h"

namespace simulated {

struct Context;

struct Allocation {
    Context* context;
    std::unique_ptr<emulation::GuardedMemory> memory;
};

class Allocations {
  public:
    explicit Allocations(std::string kind) : kind_(std::move(kind)) {}

    // Poisoned. Aligned as cuMemAlloc promises.
    void* allocate(Context* context, size_t bytes);

    // Empty: freed. Otherwise what was wrong with it; `freed` says whether it was memory at all.
    std::string release(const void* address, bool& freed);

    bool was_released(const void* address) const;

    // The allocation around an address; nullptr: none. The byte behind its last one belongs to it.
    const Allocation* around(const void* address) const;

    // Whether all bytes lie in one allocation.
    bool contains(const void* address, size_t bytes) const;

    // Frees what a context still has, and says how much that was.
    size_t abandon(const Context* context);

    size_t count() const {
        return live_.size();
    }

    uint64_t bytes() const {
        return bytes_;
    }

    uint64_t peak_bytes() const {
        return peak_bytes_;
    }

    void reset_peak() {
        peak_bytes_ = bytes_;
    }

  private:
    using Live = std::map<uintptr_t, Allocation>;

    void retire(Live::iterator allocation);

    std::string kind_;
    Live live_;
    std::deque<std::unique_ptr<emulation::GuardedMemory>> released_;
    uint64_t number_ = 0;
    uint64_t bytes_ = 0;
    uint64_t peak_bytes_ = 0;
};

}  // namespace simulated
