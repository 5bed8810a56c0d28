// How a test speaks to the simulated device: private limits of cuCtxSetLimit(limit, value) and cuCtxGetLimit(value,
// limit), which every binding of the driver offers. They need no current context and work after a sticky error. A real
// driver answers CUDA_ERROR_UNSUPPORTED_LIMIT. SimulatedDevice.java has the same numbers.
//
//   FAIL + call        set n: the nth next such call fails, once, with the error below; 0: none does.
//                      get: how many calls there are until then, the failing one included; 0: none will fail
//   CALLS + call       get: such calls so far, failed ones included
//   LIVE + resource    get: how many there are
//   the settings       as said there
#pragma once

namespace simulated {

constexpr int FAIL = 0x51A00;
constexpr int CALLS = 0x51B00;
constexpr int LIVE = 0x51C00;

// Kinds of calls, and how one fails that was asked to.
enum class Call : int {
    ALLOCATION = 0,       // of device memory: OUT_OF_MEMORY
    PINNED_ALLOCATION,    // OUT_OF_MEMORY
    COPY,                 // and memset: UNKNOWN
    LAUNCH,               // of a kernel or graph: LAUNCH_OUT_OF_RESOURCES; a cuBLAS or cuRAND call: its launch failure
    MODULE_LOAD,          // NO_BINARY_FOR_GPU
    STREAM_CREATION,      // OUT_OF_MEMORY
    EVENT_CREATION,       // OUT_OF_MEMORY
    SYNCHRONISATION,      // of context, stream or event: LAUNCH_FAILED, but not sticky
    GRAPH_INSTANTIATION,  // OUT_OF_MEMORY
    LIBRARY_HANDLE,       // of cuBLAS or cuRAND: ALLOC_FAILED, ALLOCATION_FAILED
    COUNT,
};

enum class Resource : int {
    DEVICE_ALLOCATIONS = 0,
    DEVICE_BYTES,
    PINNED_ALLOCATIONS,
    STREAMS,
    EVENTS,
    MODULES,
    GRAPHS,
    GRAPH_EXECS,
    CUBLAS_HANDLES,
    CURAND_GENERATORS,
    CONTEXTS,  // retained or created, and not yet released as often
    COUNT,
};

enum class Setting : int {
    CLEAR_FAILURES = 0x51D00,  // set: no call is to fail any more
    RESET_CALLS,               // set: all counts of calls, double frees and abandoned resources, and the peak, to 0
    ASYNCHRONOUS,              // set, get: 1: work runs only when somebody waits or asks for it; 0: at once
    MEMORY_BYTES,              // set, get: what the device has; 1 GiB at first
    MULTIPROCESSORS,           // set, get: 4 at first
    PEAK_BYTES,                // get: most device memory that was live at once
    DOUBLE_FREES,              // get: frees of what was freed already, device and pinned memory
    ABANDONED,                 // get: resources that were still live when their context was destroyed or reset
};

}  // namespace simulated
