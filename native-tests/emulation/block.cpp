#include "block.h"

#include <csignal>
#include <cstdio>

#include "cuda_emulation.h"
#include "guarded_memory.h"
#include "launch.h"
#include "thread_order.h"

namespace emulation {

Block& block() {
    static Block* const only = new Block;  // never destroyed: another thread may launch while the process ends
    return *only;
}

static std::string hexadecimal(uint32_t mask) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", mask);
    return text;
}

void Block::start(dim3 shape) {
    count_ = shape.x * shape.y * shape.z;
    while (threads_.size() < count_) {
        threads_.push_back(std::make_unique<Thread>());
    }
    gathered_.assign((count_ + WARP_SIZE - 1) / WARP_SIZE * WARP_SIZE, 0);
    for (unsigned i = 0; i < count_; ++i) {
        Thread& thread = *threads_[i];
        thread.index = {i % shape.x, i / shape.x % shape.y, i / shape.x / shape.y};
        thread.wait = Wait::NOTHING;
        thread.copies.clear();
        thread.closed_groups = 0;
        thread.fiber = nullptr;
    }
    idle_.clear();
    for (const std::unique_ptr<Fiber>& fiber : fibers_) {
        idle_.push_back(fiber.get());
    }
    at_barrier_ = 0;
    ended_ = 0;
}

void Block::run(const Kernel& kernel, dim3 shape, void** arguments, uint64_t number) {
    kernel_ = &kernel;
    arguments_ = arguments;
    start(shape);
    const std::vector<uint32_t> order = in_thread_order(count_, number);
    while (ended_ < count_) {
        bool progress = false;
        for (const uint32_t thread : order) {
            if (threads_[thread]->wait == Wait::NOTHING) {
                resume(thread);
                progress = true;
            }
        }
        if (at_barrier_ == count_) {
            release_barrier();
        } else if (!progress) {
            report_deadlock();
        }
    }
}

void Block::start_fiber(Thread& thread) {
    if (idle_.empty()) {
        fibers_.push_back(std::make_unique<Fiber>());
        idle_.push_back(fibers_.back().get());
    }
    thread.fiber = idle_.back();
    idle_.pop_back();
    thread.fiber->start(run_thread);
}

void Block::resume(uint32_t thread) {
    running_ = static_cast<int>(thread);
    Thread& resumed = *threads_[thread];
    threadIdx = resumed.index;
    if (resumed.fiber == nullptr) {
        start_fiber(resumed);
    }
    resumed.fiber->resume();
    if (resumed.wait == Wait::END) {
        idle_.push_back(resumed.fiber);
    }
    if (signal_ != 0) {
        report_fault();
    }
    if (error_ != nullptr) {
        std::rethrow_exception(error_);
    }
    running_ = -1;
}

// What every fiber runs. No exception may leave it: it has no caller.
void Block::run_thread() {
    Fiber::entered();
    Block& self = block();
    try {
        self.kernel_->call(self.arguments_);
        if (!self.thread().copies.empty()) {
            fail(
                "the thread ended before it waited for its " + std::to_string(self.thread().copies.size()) +
                " asynchronous copies");
        }
    } catch (...) {
        self.error_ = std::current_exception();
    }
    self.thread().wait = Wait::END;
    ++self.ended_;
    Fiber::leave();
}

void Block::drop() {
    running_ = -1;
    signal_ = 0;
    error_ = nullptr;
}

void Block::wait_for_block() {
    thread().wait = Wait::BLOCK;
    ++at_barrier_;
    Fiber::suspend();
}

void Block::release_barrier() {
    for (unsigned i = 0; i < count_; ++i) {
        threads_[i]->wait = Wait::NOTHING;
    }
    at_barrier_ = 0;
}

uint32_t Block::existing_lanes() const {
    const unsigned lanes = count_ - static_cast<unsigned>(running_) / WARP_SIZE * WARP_SIZE;
    return lanes >= WARP_SIZE ? 0xFFFFFFFFu : (1u << lanes) - 1u;
}

const uint64_t* Block::wait_for_warp(const char* operation, uint32_t mask, uint64_t value) {
    if ((mask >> lane() & 1u) == 0) {
        fail(
            std::string(operation) + " with mask " + hexadecimal(mask) + ", which leaves out the calling lane " +
            std::to_string(lane()));
    }
    Thread& self = thread();
    self.wait = Wait::WARP;
    self.operation = operation;
    self.lanes = mask & existing_lanes();
    self.value = value;
    const unsigned first = static_cast<unsigned>(running_) / WARP_SIZE * WARP_SIZE;
    for (unsigned lane = 0; lane < WARP_SIZE; ++lane) {
        if ((self.lanes >> lane & 1u) != 0) {
            const Thread& other = *threads_[first + lane];
            if (other.wait != Wait::WARP || other.lanes != self.lanes || other.operation != operation) {
                Fiber::suspend();
                return &gathered_[first];
            }
        }
    }
    // This lane is the last: lets all go on, itself at once.
    for (unsigned lane = 0; lane < WARP_SIZE; ++lane) {
        if ((self.lanes >> lane & 1u) != 0) {
            Thread& other = *threads_[first + lane];
            gathered_[first + lane] = other.value;
            other.wait = Wait::NOTHING;
        }
    }
    return &gathered_[first];
}

std::string Block::activity(unsigned thread) const {
    const Thread& other = *threads_[thread];
    switch (other.wait) {
        case Wait::BLOCK: return "waits in __syncthreads";
        case Wait::WARP: return std::string("waits in ") + other.operation + " for lanes " + hexadecimal(other.lanes);
        default: return "has ended";
    }
}

void Block::report_divergence(const char* what, unsigned thread, unsigned other) {
    running_ = static_cast<int>(thread);
    fail(
        std::string("divergent ") + what + ": thread " + std::to_string(thread) + " " + activity(thread) +
        ", but thread " + std::to_string(other) + " " + activity(other));
}

// Nobody can go on. Names two threads that wait for different things.
void Block::report_deadlock() {
    for (unsigned i = 0; i < count_; ++i) {
        for (unsigned lane = 0; threads_[i]->wait == Wait::WARP && lane < WARP_SIZE; ++lane) {
            const unsigned other = i / WARP_SIZE * WARP_SIZE + lane;
            if ((threads_[i]->lanes >> lane & 1u) != 0 && activity(other) != activity(i)) {
                report_divergence("warp", i, other);
            }
        }
    }
    unsigned waiting = 0;
    while (threads_[waiting]->wait != Wait::BLOCK) {
        ++waiting;
    }
    unsigned other = 0;
    while (threads_[other]->wait == Wait::BLOCK) {
        ++other;
    }
    report_divergence("barrier", waiting, other);
}

void Block::fault(int signal, const void* address) {
    signal_ = signal;
    fault_address_ = address;
    stack_overflowed_ = Fiber::overflowed(address);
    Fiber::give_up();
}

void Block::report_fault() {
    if (stack_overflowed_) {
        fail_access("stack overflow");
    }
    switch (signal_) {
        case SIGFPE: fail("integer division by 0 or overflow");
        case SIGILL:
        case SIGTRAP: fail("the kernel trapped");
        default: fail_access("access out of bounds: " + GuardedMemory::locate(fault_address_));
    }
}

}  // namespace emulation
