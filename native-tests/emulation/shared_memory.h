// Shared memory of the block that runs: what the launch asked for, and arrays of a fixed size. Each has guarded
// surroundings of its own and no more alignment than its type asks for; each block finds poison in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "guarded_memory.h"

namespace emulation {

class SharedMemory {
  public:
    explicit SharedMemory(size_t dynamic_bytes);

    void start_block();

    unsigned char* dynamic() const {
        return dynamic_.data();
    }

    // The array declared at a place in the sources, known by the address of a static variable there.
    void* array(const void* site, const char* name, size_t bytes, size_t alignment);

    bool contains(const void* address, size_t bytes) const;

    // What was written around it, in words; empty: nothing.
    std::string damage() const;

  private:
    struct Array {
        const void* site;
        uint64_t block;  // that it was last poisoned for
        std::unique_ptr<GuardedMemory> memory;
    };

    GuardedMemory dynamic_;
    std::vector<Array> arrays_;
    uint64_t block_ = 0;
};

// Of the launch that runs.
SharedMemory& shared_memory();

}  // namespace emulation
