// Streams, events and graphs: when work runs. At once, or, in asynchronous mode, only when somebody waits for it or has
// asked for it: a caller who forgets to wait finds the state before. Work of a stream runs in its order; a position in
// another stream can be made to come first.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "status.h"

namespace simulated {

struct Context;
struct Stream;

using Work = std::function<Status()>;

// Work of a stream up to a number; numbers grow over all streams, so waiting for positions never goes in circles.
struct Position {
    std::shared_ptr<Stream> stream;
    uint64_t number;
};

struct PendingWork {
    uint64_t number;
    std::vector<Position> after;
    Work work;
};

enum class CaptureMode : int { GLOBAL = 0, THREAD_LOCAL = 1, RELAXED = 2 };

struct Capture {
    CaptureMode mode;
    std::thread::id thread;
    bool invalid = false;
    std::vector<Work> work;
};

struct Stream {
    Stream(Context* context, unsigned flags, bool is_null) : context(context), flags(flags), is_null(is_null) {}

    // Whether it waits for the null stream and the null stream for it.
    bool blocking() const {
        return !is_null && (flags & 1u) == 0;
    }

    Context* context;
    unsigned flags;
    bool is_null;
    std::deque<PendingWork> pending;
    std::vector<Position> next_after;  // what the next work must wait for
    uint64_t last = 0;                 // number of the last work
    std::unique_ptr<Capture> capture;
};

// One recording of an event.
struct Recording {
    Position position;
    bool captured = false;  // not real work: recorded while its stream was captured
    bool done = false;
    double milliseconds = 0;
};

struct Event {
    static constexpr unsigned NO_TIMING = 2;

    Context* context;
    unsigned flags;
    std::shared_ptr<Recording> recording;  // nullptr: never recorded
};

struct Graph {
    Context* context;
    std::vector<Work> work;
};

struct GraphExec {
    Context* context;
    std::shared_ptr<const std::vector<Work>> work;
};

}  // namespace simulated
