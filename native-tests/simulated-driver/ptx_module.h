// A module as loaded from PTX text: its kernels must be those that this library was built with.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "kernel_registry.h"
#include "ptx_kernels.h"
#include "status.h"

namespace simulated {

struct Context;

struct Function {
    Context* context;
    const emulation::Kernel* kernel;
    PtxKernel ptx;
    size_t max_dynamic_shared;  // bytes a launch may ask for

    unsigned max_threads() const;
};

struct Module {
    Context* context;
    std::map<std::string, Function> functions;
};

constexpr size_t SHARED_BYTES = 48 * 1024;
constexpr size_t SHARED_BYTES_OPTIN = 227 * 1024;

// SUCCESS, or the error, with the cause in `log`.
Status load_module(const char* image, Context* context, Module& module, std::string& log);

}  // namespace simulated
