#include "scheduler.h"

namespace simulated {

static uint64_t next_number() {
    static uint64_t number = 0;
    return ++number;
}

static Status run(const Work& work) {
    const Status status = work();
    if (status != SUCCESS) {
        driver().sticky = status;
        driver().streams.for_each([](Stream& stream) { stream.pending.clear(); });
    }
    return status;
}

// What comes first because of the null stream: it waits for all blocking streams, and they wait for it.
static void add_implicit_waits(Stream& stream) {
    if (stream.is_null) {
        driver().streams.for_each([&](Stream& other) {
            if (other.context == stream.context && other.blocking() && !other.pending.empty()) {
                stream.next_after.push_back(tail(driver().streams.find(&other)));
            }
        });
    } else if (stream.blocking() && !stream.context->null_stream->pending.empty()) {
        stream.next_after.push_back(tail(stream.context->null_stream));
    }
}

// The null stream would have to wait for streams that are captured.
static Status check_null_stream(const Stream& null_stream) {
    Status status = SUCCESS;
    driver().streams.for_each([&](Stream& other) {
        if (other.context == null_stream.context && other.blocking() && other.capture != nullptr) {
            other.capture->invalid = true;
            status = STREAM_CAPTURE_IMPLICIT;
        }
    });
    return status;
}

Status submit(const std::shared_ptr<Stream>& stream, Work work) {
    if (stream->capture != nullptr) {
        if (stream->capture->invalid) {
            return STREAM_CAPTURE_INVALIDATED;
        }
        stream->capture->work.push_back(std::move(work));
        return SUCCESS;
    }
    if (stream->is_null) {
        if (const Status status = check_null_stream(*stream); status != SUCCESS) {
            return status;
        }
    }
    stream->last = next_number();
    if (!driver().asynchronous) {
        return run(work);
    }
    add_implicit_waits(*stream);
    stream->pending.push_back({stream->last, std::move(stream->next_after), std::move(work)});
    stream->next_after.clear();
    return SUCCESS;
}

Position tail(const std::shared_ptr<Stream>& stream) {
    return {stream, stream->last};
}

static Status run_first(Stream& stream) {
    const PendingWork first = std::move(stream.pending.front());
    stream.pending.pop_front();
    for (const Position& position : first.after) {
        if (const Status status = wait_for(position); status != SUCCESS) {
            return status;
        }
    }
    return run(first.work);
}

Status wait_for(const Position& position) {
    Stream& stream = *position.stream;
    while (!stream.pending.empty() && stream.pending.front().number <= position.number) {
        if (const Status status = run_first(stream); status != SUCCESS) {
            return status;
        }
    }
    return SUCCESS;
}

Status wait_for_all() {
    std::vector<Position> positions;
    Driver& state = driver();
    state.streams.for_each([&](Stream& stream) { positions.push_back(tail(state.streams.find(&stream))); });
    if (state.primary.null_stream != nullptr) {
        positions.push_back(tail(state.primary.null_stream));
    }
    for (const auto& created : state.created) {
        positions.push_back(tail(created.second->null_stream));
    }
    for (const Position& position : positions) {
        if (const Status status = wait_for(position); status != SUCCESS) {
            return status;
        }
    }
    return SUCCESS;
}

Status advance(const Position& position) {
    Stream& stream = *position.stream;
    const bool something = !stream.pending.empty() && stream.pending.front().number <= position.number;
    return something ? run_first(stream) : SUCCESS;
}

void drop_work(const Context* context) {
    driver().streams.for_each([&](Stream& stream) {
        if (stream.context == context) {
            stream.pending.clear();
        }
    });
    context->null_stream->pending.clear();
}

Status check_captures() {
    Status status = SUCCESS;
    driver().streams.for_each([&](Stream& stream) {
        Capture* const capture = stream.capture.get();
        if (capture == nullptr || capture->mode == CaptureMode::RELAXED) {
            return;
        }
        if (capture->mode == CaptureMode::GLOBAL || capture->thread == std::this_thread::get_id()) {
            capture->invalid = true;
            status = STREAM_CAPTURE_UNSUPPORTED;
        }
    });
    return status;
}

Status check_no_capture() {
    Status status = SUCCESS;
    driver().streams.for_each([&](Stream& stream) {
        if (stream.capture != nullptr && stream.context == current_context()) {
            stream.capture->invalid = true;
            status = STREAM_CAPTURE_UNSUPPORTED;
        }
    });
    return status;
}

}  // namespace simulated
