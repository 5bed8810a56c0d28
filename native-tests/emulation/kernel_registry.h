// The kernels of the program by name, with their parameters, callable through an array of pointers to arguments: what a
// CUDA driver knows of them.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernel_parameter.h"

namespace emulation {

// As in __launch_bounds__.
struct LaunchBounds {
    unsigned threads = 1024;  // most threads in a block
    unsigned blocks = 0;      // wanted on a multiprocessor; 0: not said

    LaunchBounds with(unsigned most_threads, unsigned wanted_blocks = 0) const {
        return {most_threads, wanted_blocks};
    }
};

struct Kernel {
    std::string name;
    LaunchBounds bounds;
    std::vector<ParameterType> parameters;
    void (*call)(void** arguments);  // runs the body for the current thread
};

// In order of registration.
const std::vector<Kernel>& kernels();

// nullptr if there is none of that name.
const Kernel* find_kernel(const std::string& name);

void register_kernel(Kernel kernel);

template <auto FUNCTION, class... Parameters, size_t... INDEX>
void call_with(void** arguments, std::index_sequence<INDEX...>) {
    FUNCTION(*static_cast<const std::remove_cv_t<Parameters>*>(arguments[INDEX])...);
}

// Registers FUNCTION when it is constructed.
template <auto FUNCTION>
class Registration {
    template <class... Parameters>
    static void add(const char* name, LaunchBounds bounds, void (*)(Parameters...)) {
        register_kernel({name, bounds, {parameter_type<Parameters>()...}, [](void** arguments) {
                             call_with<FUNCTION, Parameters...>(arguments, std::index_sequence_for<Parameters...>{});
                         }});
    }

  public:
    Registration(const char* name, LaunchBounds bounds) {
        add(name, bounds, FUNCTION);
    }
};

}  // namespace emulation
