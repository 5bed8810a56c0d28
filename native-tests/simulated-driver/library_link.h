// What the simulated cuBLAS and cuRAND use of the simulated driver: functions of libcuda.so.1 beside NVIDIA's.
#pragma once

#include "limits.h"
#include "status.h"

// Work in stream order, captured as kernels are; `arguments` are copied. It counts as a launch. It runs with the
// driver's lock held, so it must not call the driver, but for simulated_is_device_memory.
EXPORTED int simulated_submit(void* stream, int (*run)(void*), const void* arguments, size_t bytes);

// Before submitting; without a lock.
EXPORTED int simulated_points_to_device(const void* memory, size_t bytes);

// While work runs.
EXPORTED int simulated_is_device_memory(const void* memory, size_t bytes);

// A handle comes into being: refused where a test asked for that, or without a current context.
EXPORTED int simulated_create_handle(simulated::Resource kind);

EXPORTED void simulated_destroy_handle(simulated::Resource kind);

// What a library prepares with the whole context at rest: refused while any thread captures, and spoils the capture.
EXPORTED int simulated_prepare(const char* call);

EXPORTED void simulated_explain(const char* call, const char* cause);
