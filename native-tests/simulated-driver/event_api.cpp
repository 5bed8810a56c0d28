// Events.
#include <chrono>

#include "scheduler.h"

using namespace simulated;

static double milliseconds_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(now).count();
}

EXPORTED int cuEventCreate(void** handle, unsigned flags) {
    return call(Needs::CONTEXT, "cuEventCreate", [&](Driver& state) {
        if (const Status failure = state.calls.count(Call::EVENT_CREATION); failure != SUCCESS) {
            return failure;
        }
        constexpr unsigned BLOCKING_SYNC = 1;
        if (handle == nullptr || (flags & ~(BLOCKING_SYNC | Event::NO_TIMING)) != 0) {
            return INVALID_VALUE;
        }
        *handle = state.events.add(std::make_shared<Event>(Event{current_context(), flags, nullptr}));
        return SUCCESS;
    });
}

// The frame of calls about an event.
template <class F>
static int about_event(const char* name, void* handle, F body) {
    return call(Needs::CONTEXT, name, [&](Driver& state) {
        const std::shared_ptr<Event> event = state.events.find(handle);
        return event == nullptr || event->context != current_context() ? INVALID_HANDLE : body(state, *event);
    });
}

EXPORTED int cuEventDestroy_v2(void* handle) {
    return about_event("cuEventDestroy", handle, [](Driver& state, const Event& event) {
        state.events.remove(&event);
        return SUCCESS;
    });
}

EXPORTED int cuEventRecord(void* handle, void* stream_handle) {
    return about_event("cuEventRecord", handle, [&](Driver&, Event& event) {
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr) {
            return INVALID_HANDLE;
        }
        auto recording = std::make_shared<Recording>();
        recording->captured = stream->capture != nullptr;
        if (recording->captured) {
            if (stream->capture->invalid) {
                return STREAM_CAPTURE_INVALIDATED;
            }
            recording->position = {stream, 0};
            event.recording = std::move(recording);
            return SUCCESS;
        }
        event.recording = recording;
        const Status status = submit(stream, [recording] {
            recording->done = true;
            recording->milliseconds = milliseconds_now();
            return SUCCESS;
        });
        recording->position = tail(stream);
        return status;
    });
}

// Waiting for an event that a capture recorded spoils that capture; for others captures may forbid it.
static Status check_wait(const Event& event) {
    if (event.recording != nullptr && event.recording->captured) {
        if (Capture* const capture = event.recording->position.stream->capture.get(); capture != nullptr) {
            capture->invalid = true;
        }
        return CAPTURED_EVENT;
    }
    return check_captures();
}

EXPORTED int cuEventSynchronize(void* handle) {
    return about_event("cuEventSynchronize", handle, [](Driver& state, const Event& event) {
        if (const Status status = check_wait(event); status != SUCCESS) {
            return status;
        }
        if (const Status failure = state.calls.count(Call::SYNCHRONISATION); failure != SUCCESS) {
            return failure;
        }
        return event.recording == nullptr ? SUCCESS : wait_for(event.recording->position);
    });
}

EXPORTED int cuEventQuery(void* handle) {
    return about_event("cuEventQuery", handle, [](Driver&, const Event& event) {
        if (const Status status = check_wait(event); status != SUCCESS) {
            return status;
        }
        if (event.recording == nullptr || event.recording->done) {
            return SUCCESS;
        }
        const Status status = advance(event.recording->position);
        return status != SUCCESS ? status : NOT_READY;
    });
}

static bool timed(const Event& event) {
    return (event.flags & Event::NO_TIMING) == 0 && event.recording != nullptr && !event.recording->captured;
}

EXPORTED int cuEventElapsedTime(float* milliseconds, void* first, void* second) {
    return about_event("cuEventElapsedTime", first, [&](Driver& state, const Event& start) {
        const std::shared_ptr<Event> end = state.events.find(second);
        if (milliseconds == nullptr) {
            return INVALID_VALUE;
        }
        if (end == nullptr || !timed(start) || !timed(*end)) {
            return INVALID_HANDLE;
        }
        if (!start.recording->done || !end->recording->done) {
            return NOT_READY;
        }
        *milliseconds = static_cast<float>(end->recording->milliseconds - start.recording->milliseconds);
        return SUCCESS;
    });
}

// Captures stay within one stream: an event that would draw another stream in, or draw uncaptured work in, is refused.
static Status wait_in_capture(const Stream& stream, const Recording& recording) {
    const bool same = recording.captured && recording.position.stream.get() == &stream;
    if (same) {
        return SUCCESS;
    }
    for (Capture* const capture : {stream.capture.get(), recording.position.stream->capture.get()}) {
        if (capture != nullptr) {
            capture->invalid = true;
        }
    }
    explain("cuStreamWaitEvent", "a capture that spans several streams, or waits for work outside, is not simulated");
    return STREAM_CAPTURE_ISOLATION;
}

EXPORTED int cuStreamWaitEvent(void* stream_handle, void* handle, unsigned flags) {
    return about_event("cuStreamWaitEvent", handle, [&](Driver&, const Event& event) {
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr || flags != 0) {
            return stream == nullptr ? INVALID_HANDLE : INVALID_VALUE;
        }
        if (event.recording == nullptr) {
            return SUCCESS;
        }
        if (stream->capture != nullptr || event.recording->captured) {
            return wait_in_capture(*stream, *event.recording);
        }
        if (!event.recording->done) {
            stream->next_after.push_back(event.recording->position);
        }
        return SUCCESS;
    });
}
