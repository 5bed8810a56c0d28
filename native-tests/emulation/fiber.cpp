#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#include "sanitizer.h"

namespace emulation {

// Pages are taken only when touched; sanitized frames are large.
static constexpr size_t STACK_BYTES = 256 * 1024;

static size_t page_size() {
    static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

static Fiber* running = nullptr;

// The scheduler: the stack that resumed the running fiber.
static void* scheduler_sanitizer_state = nullptr;
static const void* scheduler_stack = nullptr;
static size_t scheduler_stack_bytes = 0;

#ifdef EMULATION_SWITCHES_STACKS

static void* scheduler_stack_pointer = nullptr;

// Saves the registers that a callee must preserve and the stack pointer, and takes up those of another stack.
__attribute__((naked, noinline)) static void switch_stacks(void** /* save */, void* /* load */) {
    asm volatile(R"(
        pushq %rbp
        pushq %rbx
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        movq %rsp, (%rdi)
        movq %rsi, %rsp
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbx
        popq %rbp
        ret
    )");
}

#else

static ucontext_t scheduler_context;

#endif

Fiber::Fiber() {
    void* stack = mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || mprotect(stack, page_size(), PROT_NONE) != 0) {
        throw std::bad_alloc();
    }
    stack_ = static_cast<unsigned char*>(stack);
}

Fiber::~Fiber() {
    sanitizer::allow(stack_, STACK_BYTES);
    munmap(stack_, STACK_BYTES);
}

void Fiber::start(void (*entry)()) {
    if (has_frames_) {
        sanitizer::allow(stack_, STACK_BYTES);  // what frames forbade that were never left
    }
    has_frames_ = true;
#ifdef EMULATION_SWITCHES_STACKS
    // As switch_stacks leaves it: six registers, the address to return to, and one more word for a frame's alignment.
    auto** top = reinterpret_cast<void**>(stack_ + STACK_BYTES);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(entry);
    for (int i = 0; i < 6; ++i) {
        *--top = nullptr;
    }
    stack_pointer_ = top;
#else
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_;
    context_.uc_stack.ss_size = STACK_BYTES;
    context_.uc_link = nullptr;
    makecontext(&context_, entry, 0);
#endif
}

void Fiber::resume() {
    running = this;
    sanitizer::leave_stack(&scheduler_sanitizer_state, stack_, STACK_BYTES);
#ifdef EMULATION_SWITCHES_STACKS
    switch_stacks(&scheduler_stack_pointer, stack_pointer_);
#else
    swapcontext(&scheduler_context, &context_);
#endif
    running = nullptr;
    sanitizer::enter_stack(scheduler_sanitizer_state, nullptr, nullptr);
}

void Fiber::entered() {
    sanitizer::enter_stack(nullptr, &scheduler_stack, &scheduler_stack_bytes);
}

void Fiber::enter_scheduler(void** saved) {
    sanitizer::leave_stack(saved, scheduler_stack, scheduler_stack_bytes);
#ifdef EMULATION_SWITCHES_STACKS
    switch_stacks(&stack_pointer_, scheduler_stack_pointer);
#else
    swapcontext(&context_, &scheduler_context);
#endif
}

void Fiber::suspend() {
    Fiber* const fiber = running;
    fiber->enter_scheduler(&fiber->sanitizer_state_);
    sanitizer::enter_stack(fiber->sanitizer_state_, &scheduler_stack, &scheduler_stack_bytes);
}

void Fiber::leave() {
    running->has_frames_ = false;
    give_up();
}

void Fiber::give_up() {
    running->enter_scheduler(nullptr);
    __builtin_unreachable();
}

bool Fiber::overflowed(const void* address) {
    const auto* const byte = static_cast<const unsigned char*>(address);
    return running != nullptr && byte >= running->stack_ && byte < running->stack_ + page_size();
}

}  // namespace emulation
