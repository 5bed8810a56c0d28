#include "launch.h"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <vector>

#include "block.h"
#include "cuda_emulation.h"
#include "guarded_memory.h"
#include "sanitizer.h"
#include "shared_memory.h"
#include "thread_order.h"

namespace emulation {

static constexpr unsigned MAX_THREADS = 1024;
static constexpr unsigned MAX_BLOCKS_YZ = 65535;
static constexpr size_t MAX_SHARED_BYTES = 227 * 1024;

// The launch that runs. One at a time: threads and blocks are found through global variables.
static const Kernel* launched = nullptr;
static SharedMemory* launch_memory = nullptr;

// Its thread. A signal handler may read them in any thread; a thread-local variable of a shared library might have to
// be allocated there first.
static std::atomic<bool> launching = false;
static pthread_t launching_thread;

SharedMemory& shared_memory() {
    return *launch_memory;
}

static std::string place(uint3 position) {
    return "(" + std::to_string(position.x) + ", " + std::to_string(position.y) + ", " + std::to_string(position.z) +
           ")";
}

static std::string where() {
    if (launched == nullptr) {
        return "";
    }
    std::string text = "kernel " + launched->name + ", block " + place(blockIdx);
    const int thread = block().running();
    return thread < 0 ? text : text + ", thread " + std::to_string(thread);
}

static std::string with_place(const std::string& what) {
    const std::string prefix = where();
    return prefix.empty() ? what : prefix + ": " + what;
}

void fail(const std::string& what) {
    throw KernelError(with_place(what));
}

void fail_access(const std::string& what) {
    throw AccessError(with_place(what));
}

// Faults of the kernels' threads become errors of the launch; other faults go to the handlers that were installed
// before.
class FaultHandler {
  public:
    FaultHandler() : stack_(64 * 1024) {
        stack_t stack{};
        stack.ss_sp = stack_.data();
        stack.ss_size = stack_.size();
        sigaltstack(&stack, &stack_before_);
        struct sigaction action {};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        sigemptyset(&action.sa_mask);
        for (size_t i = 0; i < COUNT; ++i) {
            sigaction(SIGNALS[i], nullptr, &before_[i]);  // known before another thread's signal may need it
            sigaction(SIGNALS[i], &action, nullptr);
        }
        sanitizer::on_death(say_where);
    }

    ~FaultHandler() {
        for (size_t i = 0; i < COUNT; ++i) {
            sigaction(SIGNALS[i], &before_[i], nullptr);
        }
        sigaltstack(&stack_before_, nullptr);
    }

  private:
    static constexpr int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    static constexpr size_t COUNT = sizeof SIGNALS / sizeof SIGNALS[0];

    static void handle(int signal, siginfo_t* information, void* context) {
        if (launching && pthread_equal(launching_thread, pthread_self()) != 0 && block().running() >= 0) {
            block().fault(signal, information->si_addr);
        }
        size_t i = 0;
        while (SIGNALS[i] != signal) {
            ++i;
        }
        if ((before_[i].sa_flags & SA_SIGINFO) != 0) {
            before_[i].sa_sigaction(signal, information, context);
        } else if (before_[i].sa_handler != SIG_DFL && before_[i].sa_handler != SIG_IGN) {
            before_[i].sa_handler(signal);
        } else {
            sigaction(signal, &before_[i], nullptr);  // and the fault happens again
        }
    }

    static void say_where() {
        if (launched != nullptr) {
            std::fprintf(stderr, "In %s.\n", where().c_str());
        }
    }

    std::vector<unsigned char> stack_;
    stack_t stack_before_{};
    static inline struct sigaction before_[COUNT];
};

class Launching {
  public:
    Launching(const Kernel& kernel, size_t shared_bytes) : memory_(shared_bytes) {
        launched = &kernel;
        launch_memory = &memory_;
        launching_thread = pthread_self();
        launching = true;
    }

    ~Launching() {
        launching = false;
        launch_memory = nullptr;
        launched = nullptr;
        block().drop();
    }

  private:
    SharedMemory memory_;
    FaultHandler faults_;
};

static void check(const Kernel& kernel, dim3 grid, dim3 shape, size_t shared_bytes) {
    const auto refuse = [&](const std::string& what) { throw KernelError("kernel " + kernel.name + ": " + what); };
    const uint64_t threads = static_cast<uint64_t>(shape.x) * shape.y * shape.z;
    if (threads < 1 || threads > kernel.bounds.threads || threads > MAX_THREADS) {
        refuse(
            "a block must have 1 to " + std::to_string(std::min(kernel.bounds.threads, MAX_THREADS)) +
            " threads: " + std::to_string(threads));
    }
    if (grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.x > 0x7FFFFFFFu || grid.y > MAX_BLOCKS_YZ ||
        grid.z > MAX_BLOCKS_YZ) {
        refuse("a grid must have 1 to 2^31 - 1, 1 to 65535 and 1 to 65535 blocks: " + place({grid.x, grid.y, grid.z}));
    }
    if (shared_bytes > MAX_SHARED_BYTES) {
        refuse(
            "dynamic shared memory must be at most " + std::to_string(MAX_SHARED_BYTES) +
            " bytes: " + std::to_string(shared_bytes));
    }
}

void launch(const Kernel& kernel, dim3 grid, dim3 shape, size_t shared_bytes, void** arguments) {
    static std::mutex one_at_a_time;
    const std::lock_guard<std::mutex> lock(one_at_a_time);
    check(kernel, grid, shape, shared_bytes);
    const Launching scope(kernel, shared_bytes);
    gridDim = grid;
    blockDim = shape;
    const uint64_t blocks = static_cast<uint64_t>(grid.x) * grid.y * grid.z;
    for (const uint32_t number : in_thread_order(blocks, blocks)) {
        blockIdx = {number % grid.x, number / grid.x % grid.y, number / grid.x / grid.y};
        shared_memory().start_block();
        block().run(kernel, shape, arguments, number);
        const std::string damage = shared_memory().damage();
        if (!damage.empty()) {
            fail_access(damage);
        }
    }
    const std::string damage = GuardedMemory::damage_anywhere();
    if (!damage.empty()) {
        throw AccessError("kernel " + kernel.name + ": " + damage);
    }
}

}  // namespace emulation
