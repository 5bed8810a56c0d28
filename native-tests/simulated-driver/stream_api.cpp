// Streams.
#include "scheduler.h"

using namespace simulated;

static constexpr unsigned NON_BLOCKING = 1;

EXPORTED int cuStreamCreate(void** handle, unsigned flags) {
    return call(Needs::CONTEXT, "cuStreamCreate", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::STREAM_CREATION); failure != SUCCESS) {
            return failure;
        }
        if (handle == nullptr || (flags & ~NON_BLOCKING) != 0) {
            return INVALID_VALUE;
        }
        *handle = state.streams.add(std::make_shared<Stream>(current_context(), flags, false));
        return SUCCESS;
    });
}

EXPORTED int cuStreamCreateWithPriority(void** handle, unsigned flags, int) {
    return cuStreamCreate(handle, flags);
}

// The frame of calls about a stream.
template <class F>
static int about_stream(const char* name, void* handle, F body) {
    return call(Needs::CONTEXT, name, [&](Driver& state) {
        const std::shared_ptr<Stream> stream = find_stream(handle);
        return stream == nullptr ? INVALID_HANDLE : body(state, stream);
    });
}

// What was submitted is still done.
EXPORTED int cuStreamDestroy_v2(void* handle) {
    return about_stream("cuStreamDestroy", handle, [](Driver& state, const std::shared_ptr<Stream>& stream) {
        if (stream->is_null) {
            return INVALID_HANDLE;
        }
        const Status status = wait_for(tail(stream));
        state.streams.remove(stream.get());
        return status;
    });
}

// Waiting for a captured stream, or for any while a capture forbids it.
static Status check_wait(const Stream& stream) {
    if (stream.capture != nullptr) {
        stream.capture->invalid = true;
        return STREAM_CAPTURE_UNSUPPORTED;
    }
    return stream.is_null ? check_no_capture() : check_captures();
}

EXPORTED int cuStreamSynchronize(void* handle) {
    return about_stream("cuStreamSynchronize", handle, [](Driver& state, const std::shared_ptr<Stream>& stream) {
        if (const Status status = check_wait(*stream); status != SUCCESS) {
            return status;
        }
        const Status failure = state.calls.count(Call::SYNCHRONISATION);
        return failure != SUCCESS ? failure : wait_for(tail(stream));
    });
}

EXPORTED int cuStreamQuery(void* handle) {
    return about_stream("cuStreamQuery", handle, [](Driver&, const std::shared_ptr<Stream>& stream) {
        if (const Status status = check_wait(*stream); status != SUCCESS) {
            return status;
        }
        if (stream->pending.empty()) {
            return SUCCESS;
        }
        const Status status = advance(tail(stream));
        return status != SUCCESS ? status : NOT_READY;
    });
}

EXPORTED int cuStreamGetCtx(void* handle, void** context) {
    return about_stream("cuStreamGetCtx", handle, [&](Driver&, const std::shared_ptr<Stream>& stream) {
        if (context == nullptr) {
            return INVALID_VALUE;
        }
        *context = stream->context;
        return SUCCESS;
    });
}

EXPORTED int cuStreamGetFlags(void* handle, unsigned* flags) {
    return about_stream("cuStreamGetFlags", handle, [&](Driver&, const std::shared_ptr<Stream>& stream) {
        if (flags == nullptr) {
            return INVALID_VALUE;
        }
        *flags = stream->flags;
        return SUCCESS;
    });
}

EXPORTED int cuStreamGetPriority(void* handle, int* priority) {
    return about_stream("cuStreamGetPriority", handle, [&](Driver&, const std::shared_ptr<Stream>&) {
        if (priority == nullptr) {
            return INVALID_VALUE;
        }
        *priority = 0;
        return SUCCESS;
    });
}
