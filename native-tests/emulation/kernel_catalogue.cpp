#include "kernel_catalogue.h"

#include <algorithm>
#include <sstream>

#include "activation.cuh"
#include "kernel_registry.h"
#include "mask.cuh"

namespace {

using emulation::Kernel;

const char* kind_of(const ParameterType& type) {
    switch (type.kind) {
        case ParameterKind::POINTER: return "pointer";
        case ParameterKind::FLOATING: return type.size == 4 ? "float32" : "float64";
        default: return type.size == 4 ? "int32" : "int64";
    }
}

void write(std::ostream& out, const Kernel& kernel) {
    out << R"(  {"name": ")" << kernel.name << R"(", "module": ")" << kernel.module << R"(", "block": )"
        << kernel.bounds.threads << R"(, "min_blocks": )" << kernel.bounds.blocks << R"(, "shared_bytes": )"
        << kernel.shared_bytes;
    if (kernel.tile.rows > 0) {
        out << R"(, "tile": {"rows": )" << kernel.tile.rows << R"(, "columns": )" << kernel.tile.columns
            << R"(, "k_step": )" << kernel.tile.k_step << R"(, "blocks": )" << kernel.tile.blocks << "}";
    }
    out << R"(, "parameters": [)";
    for (size_t i = 0; i < kernel.parameters.size(); ++i) {
        out << (i == 0 ? "" : ", ") << R"({"kind": ")" << kind_of(kernel.parameters[i]) << R"(", "type": ")"
            << kernel.declarations[i].type << R"(", "name": ")" << kernel.declarations[i].name << R"("})";
    }
    out << "]}";
}

}  // namespace

std::string kernel_catalogue(const std::function<bool(const std::string& module)>& wanted) {
    std::vector<const Kernel*> kernels;
    for (const Kernel& kernel : emulation::kernels()) {
        if (wanted(kernel.module)) {
            kernels.push_back(&kernel);
        }
    }
    std::stable_sort(
        kernels.begin(), kernels.end(), [](const Kernel* a, const Kernel* b) { return a->module < b->module; });
    std::ostringstream out;
    out << R"({"about": "Built by cuda/build-ptx.sh from the sources of the kernels; see docs/kernels.md.",)"
        << "\n"
        << R"("codes": {)"
        << "\n"
        << R"(  "activation": {"linear": )" << LINEAR << R"(, "relu": )" << RELU << R"(, "leaky_relu": )" << LEAKY_RELU
        << R"(, "tanh": )" << TANH << R"(, "sigmoid": )" << SIGMOID << R"(, "gelu": )" << GELU << "},\n"
        << R"(  "noise": {"bernoulli": )" << BERNOULLI << R"(, "gaussian": )" << GAUSSIAN << R"(, "partial_gaussian": )"
        << PARTIAL_GAUSSIAN << "}\n},\n"
        << R"("kernels": [)"
        << "\n";
    for (size_t n = 0; n < kernels.size(); ++n) {
        write(out, *kernels[n]);
        out << (n + 1 < kernels.size() ? ",\n" : "\n");
    }
    out << "]}\n";
    return out.str();
}
