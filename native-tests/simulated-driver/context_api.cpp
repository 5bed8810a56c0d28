// Contexts: the primary one, counted, and those that are created; the current one of each thread.
#include "scheduler.h"

using namespace simulated;

static void activate(Context& context) {
    context.null_stream = std::make_shared<Stream>(&context, 0, true);
}

// Gives back whatever is left of a context, and counts it.
static void clear(Driver& state, Context& context) {
    drop_work(&context);
    const size_t device = state.device.abandon(&context);
    const size_t pinned = state.pinned.abandon(&context);
    state.modules.for_each([&](Module& module) {
        if (module.context == &context) {
            for (const auto& function : module.functions) {
                state.functions.erase(&function.second);
            }
        }
    });
    const size_t others = state.streams.abandon(&context) + state.events.abandon(&context) +
                          state.modules.abandon(&context) + state.graphs.abandon(&context) +
                          state.graph_execs.abandon(&context);
    if (device + pinned + others > 0) {
        explain(
            "end of a context", std::to_string(device) + " device allocations, " + std::to_string(pinned) +
                                    " pinned allocations and " + std::to_string(others) +
                                    " streams, events, modules and graphs were never given back");
    }
    state.abandoned += device + pinned + others;
    state.sticky = SUCCESS;
}

EXPORTED int cuDevicePrimaryCtxRetain(void** context, int device) {
    return call(Needs::INITIALIZATION, "cuDevicePrimaryCtxRetain", [&](Driver& state) {
        if (device != 0) {
            return INVALID_DEVICE;
        }
        if (context == nullptr) {
            return INVALID_VALUE;
        }
        if (state.primary.references++ == 0) {
            activate(state.primary);
        }
        *context = &state.primary;
        return SUCCESS;
    });
}

EXPORTED int cuDevicePrimaryCtxRelease_v2(int device) {
    return call(Needs::INITIALIZATION, "cuDevicePrimaryCtxRelease", [&](Driver& state) {
        if (device != 0) {
            return INVALID_DEVICE;
        }
        if (!state.primary.alive()) {
            return INVALID_CONTEXT;
        }
        if (--state.primary.references == 0) {
            wait_for_all();
            clear(state, state.primary);
        }
        return SUCCESS;
    });
}

EXPORTED int cuDevicePrimaryCtxReset_v2(int device) {
    return call(Needs::INITIALIZATION, "cuDevicePrimaryCtxReset", [&](Driver& state) {
        if (device != 0) {
            return INVALID_DEVICE;
        }
        if (state.primary.alive()) {
            clear(state, state.primary);
        }
        return SUCCESS;
    });
}

EXPORTED int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    return call(Needs::INITIALIZATION, "cuDevicePrimaryCtxGetState", [&](Driver& state) {
        if (device != 0 || flags == nullptr || active == nullptr) {
            return device != 0 ? INVALID_DEVICE : INVALID_VALUE;
        }
        *flags = 0;
        *active = state.primary.alive() ? 1 : 0;
        return SUCCESS;
    });
}

EXPORTED int cuCtxCreate_v2(void** context, unsigned, int device) {
    return call(Needs::INITIALIZATION, "cuCtxCreate", [&](Driver& state) {
        if (device != 0 || context == nullptr) {
            return device != 0 ? INVALID_DEVICE : INVALID_VALUE;
        }
        auto created = std::make_unique<Context>();
        created->references = 1;
        activate(*created);
        Context* const handle = created.get();
        state.created.emplace(handle, std::move(created));
        context_stack().push_back(handle);
        *context = handle;
        return SUCCESS;
    });
}

EXPORTED int cuCtxDestroy_v2(void* handle) {
    return call(Needs::INITIALIZATION, "cuCtxDestroy", [&](Driver& state) {
        Context* const context = find_context(handle);
        if (context == nullptr || context == &state.primary) {
            return INVALID_CONTEXT;
        }
        wait_for_all();
        clear(state, *context);
        if (!context_stack().empty() && context_stack().back() == context) {
            context_stack().pop_back();
        }
        state.created.erase(context);
        return SUCCESS;
    });
}

EXPORTED int cuCtxSetCurrent(void* handle) {
    return call(Needs::INITIALIZATION, "cuCtxSetCurrent", [&](Driver&) {
        Context* const context = find_context(handle);
        if (handle != nullptr && context == nullptr) {
            return INVALID_CONTEXT;
        }
        std::vector<Context*>& contexts = context_stack();
        if (contexts.empty()) {
            contexts.push_back(context);
        } else {
            contexts.back() = context;
        }
        return SUCCESS;
    });
}

EXPORTED int cuCtxGetCurrent(void** context) {
    return call(Needs::INITIALIZATION, "cuCtxGetCurrent", [&](Driver&) {
        if (context == nullptr) {
            return INVALID_VALUE;
        }
        *context = current_context();
        return SUCCESS;
    });
}

EXPORTED int cuCtxPushCurrent_v2(void* handle) {
    return call(Needs::INITIALIZATION, "cuCtxPushCurrent", [&](Driver&) {
        Context* const context = find_context(handle);
        if (context == nullptr) {
            return INVALID_CONTEXT;
        }
        context_stack().push_back(context);
        return SUCCESS;
    });
}

EXPORTED int cuCtxPopCurrent_v2(void** context) {
    return call(Needs::INITIALIZATION, "cuCtxPopCurrent", [&](Driver&) {
        if (context_stack().empty()) {
            return INVALID_CONTEXT;
        }
        if (context != nullptr) {
            *context = context_stack().back();
        }
        context_stack().pop_back();
        return SUCCESS;
    });
}

EXPORTED int cuCtxGetDevice(int* device) {
    return call(Needs::CONTEXT, "cuCtxGetDevice", [&](Driver&) {
        if (device == nullptr) {
            return INVALID_VALUE;
        }
        *device = 0;
        return SUCCESS;
    });
}

EXPORTED int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    return call(Needs::CONTEXT, "cuCtxGetStreamPriorityRange", [&](Driver&) {
        for (int* const priority : {least, greatest}) {
            if (priority != nullptr) {
                *priority = 0;
            }
        }
        return SUCCESS;
    });
}

EXPORTED int cuCtxSynchronize() {
    return call(Needs::CONTEXT, "cuCtxSynchronize", [&](Driver& state) {
        if (const Status status = check_no_capture(); status != SUCCESS) {
            return status;
        }
        const Status failure = state.calls.count(Call::SYNCHRONISATION);
        return failure != SUCCESS ? failure : wait_for_all();
    });
}
