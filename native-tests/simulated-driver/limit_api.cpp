// Limits: the driver's own, stored without effect, and those of limits.h.
#include "limits.h"

#include "scheduler.h"

using namespace simulated;

static bool is_call(int limit, int base) {
    return limit >= base && limit < base + static_cast<int>(Call::COUNT);
}

static bool is_resource(int limit) {
    return limit >= LIVE && limit < LIVE + static_cast<int>(Resource::COUNT);
}

static uint64_t live_contexts(const Driver& state) {
    return state.primary.references + state.created.size();
}

static uint64_t live(const Driver& state, Resource resource) {
    switch (resource) {
        case Resource::DEVICE_ALLOCATIONS: return state.device.count();
        case Resource::DEVICE_BYTES: return state.device.bytes();
        case Resource::PINNED_ALLOCATIONS: return state.pinned.count();
        case Resource::STREAMS: return state.streams.count();
        case Resource::EVENTS: return state.events.count();
        case Resource::MODULES: return state.modules.count();
        case Resource::GRAPHS: return state.graphs.count();
        case Resource::GRAPH_EXECS: return state.graph_execs.count();
        case Resource::CUBLAS_HANDLES: return state.cublas_handles;
        case Resource::CURAND_GENERATORS: return state.curand_generators;
        default: return live_contexts(state);
    }
}

static void reset_calls(Driver& state) {
    state.calls.reset();
    state.double_frees = 0;
    state.abandoned = 0;
    state.device.reset_peak();
}

static Status set(Driver& state, Setting setting, uint64_t value) {
    switch (setting) {
        case Setting::CLEAR_FAILURES: state.calls.clear_failures(); return SUCCESS;
        case Setting::RESET_CALLS: reset_calls(state); return SUCCESS;
        case Setting::ASYNCHRONOUS: {
            const Status status = state.sticky == SUCCESS ? wait_for_all() : SUCCESS;
            state.asynchronous = value != 0;
            return status;
        }
        case Setting::MEMORY_BYTES: state.memory_bytes = value; return SUCCESS;
        case Setting::MULTIPROCESSORS:
            if (value < 1 || value > 1024) {
                return INVALID_VALUE;
            }
            state.multiprocessors = static_cast<int>(value);
            return SUCCESS;
        default: return UNSUPPORTED_LIMIT;
    }
}

static Status get(const Driver& state, Setting setting, size_t& value) {
    switch (setting) {
        case Setting::ASYNCHRONOUS: value = state.asynchronous ? 1 : 0; return SUCCESS;
        case Setting::MEMORY_BYTES: value = state.memory_bytes; return SUCCESS;
        case Setting::MULTIPROCESSORS: value = static_cast<size_t>(state.multiprocessors); return SUCCESS;
        case Setting::PEAK_BYTES: value = state.device.peak_bytes(); return SUCCESS;
        case Setting::DOUBLE_FREES: value = state.double_frees; return SUCCESS;
        case Setting::ABANDONED: value = state.abandoned; return SUCCESS;
        default: return UNSUPPORTED_LIMIT;
    }
}

EXPORTED int cuCtxSetLimit(int limit, size_t value) {
    if (limit >= 0 && limit < Context::LIMITS) {
        return call(Needs::CONTEXT, "cuCtxSetLimit", [&](Driver&) {
            current_context()->limits[limit] = value;
            return SUCCESS;
        });
    }
    return call(Needs::NOTHING, "cuCtxSetLimit", [&](Driver& state) {
        if (is_call(limit, FAIL)) {
            state.calls.fail_nth(static_cast<Call>(limit - FAIL), value);
            return SUCCESS;
        }
        return set(state, static_cast<Setting>(limit), value);
    });
}

EXPORTED int cuCtxGetLimit(size_t* value, int limit) {
    if (value == nullptr) {
        return INVALID_VALUE;
    }
    if (limit >= 0 && limit < Context::LIMITS) {
        return call(Needs::CONTEXT, "cuCtxGetLimit", [&](Driver&) {
            *value = current_context()->limits[limit];
            return SUCCESS;
        });
    }
    return call(Needs::NOTHING, "cuCtxGetLimit", [&](Driver& state) {
        if (is_call(limit, FAIL)) {
            *value = state.calls.until_failure(static_cast<Call>(limit - FAIL));
            return SUCCESS;
        }
        if (is_call(limit, CALLS)) {
            *value = state.calls.so_far(static_cast<Call>(limit - CALLS));
            return SUCCESS;
        }
        if (is_resource(limit)) {
            *value = live(state, static_cast<Resource>(limit - LIVE));
            return SUCCESS;
        }
        return get(state, static_cast<Setting>(limit), *value);
    });
}
