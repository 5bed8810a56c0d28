// One block of threads: they take turns, each until it must wait for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "cuda_types.h"
#include "fiber.h"
#include "kernel_registry.h"

namespace emulation {

constexpr unsigned WARP_SIZE = 32;

// What a thread waits for.
enum class Wait : uint8_t { NOTHING, BLOCK, WARP, END };

struct PendingCopy {
    void* to;
    const void* from;
    int bytes;
    bool inside;  // false: zeros instead
    int group;    // of copies that are waited for together
};

struct Thread {
    Fiber* fiber;  // nullptr: not started
    uint3 index;
    Wait wait;
    const char* operation;  // that it waits in
    uint32_t lanes;         // that it waits for: the operation's mask
    uint64_t value;         // that it brought
    std::vector<PendingCopy> copies;
    int closed_groups;  // of copies
};

class Block {
  public:
    // Runs all threads of a block to their end.
    void run(const Kernel& kernel, dim3 shape, void** arguments, uint64_t number);

    // For the running thread: waits for all threads of the block.
    void wait_for_block();

    // For the running thread: waits for the lanes in the mask, at the same operation. Element [lane] of the result is
    // what each of them brought, until the thread's next operation. Operations are told apart by their names'
    // addresses.
    const uint64_t* wait_for_warp(const char* operation, uint32_t mask, uint64_t value);

    // Position in the block, x fastest; -1: none runs.
    int running() const {
        return running_;
    }

    unsigned lane() const {
        return static_cast<unsigned>(running_) % WARP_SIZE;
    }

    // Lanes that the running thread's warp has.
    uint32_t existing_lanes() const;

    Thread& thread() {
        return *threads_[static_cast<size_t>(running_)];
    }

    // From a signal handler: gives up the running thread and makes run() fail.
    [[noreturn]] void fault(int signal, const void* address);

    // After a failure: nothing runs any more.
    void drop();

  private:
    static void run_thread();
    void start(dim3 shape);
    void start_fiber(Thread& thread);
    void resume(uint32_t thread);
    void release_barrier();
    [[noreturn]] void report_fault();
    [[noreturn]] void report_deadlock();
    [[noreturn]] void report_divergence(const char* what, unsigned thread, unsigned other);
    std::string activity(unsigned thread) const;

    std::vector<std::unique_ptr<Thread>> threads_;  // as many as the largest block so far
    std::vector<std::unique_ptr<Fiber>> fibers_;    // as many as threads ever waited at once
    std::vector<Fiber*> idle_;                      // the one left last comes first: its stack is in the caches
    std::vector<uint64_t> gathered_;                // what each thread brought to its warp's last operation
    const Kernel* kernel_ = nullptr;
    void** arguments_ = nullptr;
    unsigned count_ = 0;
    unsigned at_barrier_ = 0;
    unsigned ended_ = 0;
    int running_ = -1;
    int signal_ = 0;  // that the running thread raised
    bool stack_overflowed_ = false;
    const void* fault_address_ = nullptr;
    std::exception_ptr error_;
};

// The block that runs; there is one at a time.
Block& block();

}  // namespace emulation
