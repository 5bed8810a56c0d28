#include "kernel_facts.h"

#include <stdexcept>

#include "ptx_kernels.h"

namespace device {

// The file has one kernel a line.
KernelFacts kernel_facts(const std::string& kernel) {
    static const std::string text = read_text(PERNODEDROP_PTX_DIR "/kernels.json");
    const size_t begin = text.find("{\"name\": \"" + kernel + "\"");
    if (begin == std::string::npos) {
        throw std::runtime_error("kernels.json has no kernel " + kernel);
    }
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    const auto number = [&](const std::string& name) {
        const std::string field = "\"" + name + "\": ";
        const size_t at = line.find(field);
        if (at == std::string::npos) {
            throw std::runtime_error("kernels.json says no " + name + " of " + kernel);
        }
        return std::stoi(line.substr(at + field.size()));
    };
    return {number("block"), number("shared_bytes"), number("rows"), number("columns"), number("k_step")};
}

}  // namespace device
