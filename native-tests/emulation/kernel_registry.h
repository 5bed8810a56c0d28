// The kernels of the program by name: the one source of facts about them. A launch of the emulation, the simulated
// driver and kernels.json (kernel_catalogue.h) are made from it.
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

    LaunchBounds with(unsigned max_threads, unsigned wanted_blocks = 0) const {
        return {max_threads, wanted_blocks};
    }
};

// As in KERNEL_TILE of platform.cuh; all 0 for a kernel without tiles.
struct Tile {
    int rows = 0;
    int columns = 0;
    int k_step = 0;
    int blocks = 0;
};

// A parameter as the source declares it, such as "const float*" and "x".
struct Declaration {
    std::string type;
    std::string name;
};

struct Kernel {
    std::string name;
    std::string module;  // name of the source file, without folder and ending
    LaunchBounds bounds;
    std::vector<ParameterType> parameters;
    std::vector<Declaration> declarations;
    void (*call)(void** arguments);  // runs the body for the current thread
    Tile tile{};
    int shared_bytes = 0;  // dynamic
};

// In order of registration.
const std::vector<Kernel>& kernels();

// nullptr if there is none of that name.
const Kernel* find_kernel(const std::string& name);

// Module and declarations are read from the path of the source and from the text of the parameter list.
void register_kernel(Kernel kernel, const std::string& path, const std::string& parameters);

template <auto FUNCTION, class... Parameters, size_t... INDEX>
void call_with(void** arguments, std::index_sequence<INDEX...>) {
    FUNCTION(*static_cast<const std::remove_cv_t<Parameters>*>(arguments[INDEX])...);
}

// Registers FUNCTION when it is constructed.
template <auto FUNCTION>
class Registration {
    template <class... Parameters>
    static void add(
        const char* name, const char* path, LaunchBounds bounds, const char* text, void (*)(Parameters...)) {
        Kernel kernel{name, "", bounds, {parameter_type<Parameters>()...}, {}, [](void** arguments) {
                          call_with<FUNCTION, Parameters...>(arguments, std::index_sequence_for<Parameters...>{});
                      }};
        register_kernel(std::move(kernel), path, text);
    }

  public:
    Registration(const char* name, const char* path, LaunchBounds bounds, const char* parameters) {
        add(name, path, bounds, parameters, FUNCTION);
    }
};

// Adds to a kernel that has been registered what KERNEL_TILE says of it.
struct TileRegistration {
    TileRegistration(const char* name, Tile tile, int shared_bytes);
};

}  // namespace emulation
