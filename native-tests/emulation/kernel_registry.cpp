#include "kernel_registry.h"

#include <sstream>
#include <stdexcept>

namespace emulation {

// A function's static, as kernels register themselves before main, in any order; never destroyed.
static std::vector<Kernel>& registry() {
    static auto* const kernels = new std::vector<Kernel>;
    return *kernels;
}

static Kernel* find(const std::string& name) {
    for (Kernel& kernel : registry()) {
        if (kernel.name == name) {
            return &kernel;
        }
    }
    return nullptr;
}

static std::string module_of(const std::string& path) {
    const size_t folder = path.rfind('/');
    const std::string file = folder == std::string::npos ? path : path.substr(folder + 1);
    return file.substr(0, file.rfind('.'));
}

// Of a list such as "const float* x, int64_t n".
static std::vector<Declaration> declarations_of(const std::string& parameters) {
    std::vector<Declaration> declarations;
    std::istringstream list(parameters);
    for (std::string text; std::getline(list, text, ',');) {
        const size_t name = text.find_last_of(" *") + 1;
        const size_t begin = text.find_first_not_of(' ');
        const size_t end = text.find_last_not_of(' ', name - 1);
        declarations.push_back({text.substr(begin, end - begin + 1), text.substr(name)});
    }
    return declarations;
}

const std::vector<Kernel>& kernels() {
    return registry();
}

const Kernel* find_kernel(const std::string& name) {
    return find(name);
}

void register_kernel(Kernel kernel, const std::string& path, const std::string& parameters) {
    kernel.module = module_of(path);
    kernel.declarations = declarations_of(parameters);
    if (find(kernel.name) != nullptr) {
        throw std::logic_error("kernel names must differ: " + kernel.name);
    }
    if (kernel.declarations.size() != kernel.parameters.size()) {
        throw std::logic_error("parameters are not understood: " + kernel.name + "(" + parameters + ")");
    }
    registry().push_back(std::move(kernel));
}

TileRegistration::TileRegistration(const char* name, Tile tile, int shared_bytes) {
    Kernel& kernel = *find(name);
    kernel.tile = tile;
    kernel.shared_bytes = shared_bytes;
}

}  // namespace emulation
