// The state of the simulated driver, and the frame of every call: one lock, and the checks that come before all others.
#pragma once

#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "allocations.h"
#include "calls.h"
#include "ptx_module.h"
#include "stream.h"

namespace simulated {

struct Context {
    static constexpr int LIMITS = 8;  // those that cuda.h knows

    bool alive() const {
        return references > 0;
    }

    unsigned references = 0;
    std::shared_ptr<Stream> null_stream;
    size_t limits[LIMITS] = {1024, 1 << 20, 8 << 20, 2, 2048, 128, 0, 0};
};

// Objects of one kind that callers hold by address.
template <class T>
class Handles {
  public:
    T* add(std::shared_ptr<T> object) {
        T* const handle = object.get();
        live_.emplace(handle, std::move(object));
        return handle;
    }

    // nullptr: there is none.
    std::shared_ptr<T> find(const void* handle) const {
        const auto found = live_.find(handle);
        return found == live_.end() ? nullptr : found->second;
    }

    void remove(const T* handle) {
        live_.erase(handle);
    }

    // Removes what a context still has, and says how many.
    size_t abandon(const Context* context) {
        size_t count = 0;
        for (auto next = live_.begin(); next != live_.end();) {
            const bool its = next->second->context == context;
            next = its ? live_.erase(next) : std::next(next);
            count += its ? 1 : 0;
        }
        return count;
    }

    template <class F>
    void for_each(F action) const {
        for (const auto& entry : live_) {
            action(*entry.second);
        }
    }

    size_t count() const {
        return live_.size();
    }

  private:
    std::unordered_map<const void*, std::shared_ptr<T>> live_;
};

struct Driver {
    std::mutex lock;
    bool initialized = false;
    Status sticky = SUCCESS;  // what every call returns after a kernel failed, until the context is destroyed or reset

    Calls calls;
    bool asynchronous = false;
    uint64_t memory_bytes = uint64_t{1} << 30;
    int multiprocessors = 4;
    uint64_t double_frees = 0;
    uint64_t abandoned = 0;

    Context primary;
    std::unordered_map<const void*, std::unique_ptr<Context>> created;
    Allocations device{"device"};
    Allocations pinned{"pinned"};
    Handles<Stream> streams;
    Handles<Event> events;
    Handles<Module> modules;
    std::unordered_set<const void*> functions;
    Handles<Graph> graphs;
    Handles<GraphExec> graph_execs;
    uint64_t cublas_handles = 0;
    uint64_t curand_generators = 0;
};

// Never destroyed: threads may call until the process ends.
Driver& driver();

// The calling thread's contexts, the current one last.
std::vector<Context*>& context_stack();

// nullptr if the handle is unknown or was destroyed.
Context* find_context(const void* handle);

// nullptr: none, or one that was destroyed.
Context* current_context();

// The context's stream of that handle, with 0 and 1 for the null stream; nullptr: there is none.
std::shared_ptr<Stream> find_stream(void* handle);

// One line on stderr: what the status alone does not say.
void explain(const char* call, const std::string& cause);

enum class Needs { NOTHING, INITIALIZATION, CONTEXT };

template <class F>
int call(Needs needs, const char* name, F body) {
    Driver& state = driver();
    const std::lock_guard<std::mutex> lock(state.lock);
    if (needs != Needs::NOTHING && !state.initialized) {
        return NOT_INITIALIZED;
    }
    if (needs == Needs::CONTEXT) {
        if (current_context() == nullptr) {
            explain(name, "the calling thread has no current context");
            return INVALID_CONTEXT;
        }
        if (state.sticky != SUCCESS) {
            return state.sticky;
        }
    }
    try {
        return body(state);
    } catch (const std::bad_alloc&) {
        return OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        explain(name, error.what());
        return UNKNOWN;
    }
}

}  // namespace simulated
