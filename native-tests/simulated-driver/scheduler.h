// Runs work, or keeps it until somebody waits.
#pragma once

#include "driver.h"

namespace simulated {

// Gives work to a stream: runs it, keeps it, or, while the stream is captured, records it. Errors of work that runs are
// returned and stick.
Status submit(const std::shared_ptr<Stream>& stream, Work work);

// Where a stream is now.
Position tail(const std::shared_ptr<Stream>& stream);

// Runs a stream's work up to a position.
Status wait_for(const Position& position);

// Runs everything.
Status wait_for_all();

// Runs the next piece of work before a position, if there is any; enough queries complete all work.
Status advance(const Position& position);

// Drops all work of a context that did not run.
void drop_work(const Context* context);

// Before a call that may wait or change what work depends on: refused, and the captures spoilt, while a stream is
// captured globally, or by this thread other than relaxed.
Status check_captures();

// Before a call that waits for all streams: refused while any stream is captured.
Status check_no_capture();

}  // namespace simulated
