// A function that can be left in the middle and entered again: one for each CUDA thread. Fibers are resumed by one
// scheduler, which they return to when they suspend themselves.
#pragma once

#include <cstddef>

#if defined(__x86_64__) && defined(__linux__) && !defined(EMULATION_PORTABLE_FIBERS)
#define EMULATION_SWITCHES_STACKS 1
#else
#include <ucontext.h>
#endif

namespace emulation {

class Fiber {
  public:
    Fiber();
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    // Prepares to run `entry`, which must never return: it ends with leave(). What ran before is dropped, not unwound.
    void start(void (*entry)());

    // Runs the fiber until it suspends itself or leaves.
    void resume();

    // First thing in `entry`.
    static void entered();

    // Back to the scheduler until the fiber is resumed.
    static void suspend();

    // Last thing in `entry`.
    [[noreturn]] static void leave();

    // Back to the scheduler for good from anywhere, even from a signal handler on another stack.
    [[noreturn]] static void give_up();

    // Whether an address lies in the page below the running fiber's stack, where only an overflow reaches.
    static bool overflowed(const void* address);

  private:
    void enter_scheduler(void** saved);

    unsigned char* stack_;  // its lowest page is forbidden
    bool has_frames_ = false;
    void* sanitizer_state_ = nullptr;
#ifdef EMULATION_SWITCHES_STACKS
    void* stack_pointer_ = nullptr;
#else
    ucontext_t context_;
#endif
};

}  // namespace emulation
