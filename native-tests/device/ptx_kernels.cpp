#include "ptx_kernels.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace {

const std::string ENTRY = ".entry";

[[noreturn]] void not_understood(const std::string& file, const std::string& kernel, const std::string& declaration) {
    throw std::runtime_error(file + ": parameter of " + kernel + " not understood: '" + declaration + "'");
}

// Of a declaration such as ".param .u64 .ptr .align 1 name" or ".param .align 4 .b8 name[16]".
PtxParameter parameter_of(const std::string& declaration, const std::string& kernel, const std::string& file) {
    std::istringstream words(declaration);
    std::string word;
    std::string type;
    std::string last;
    while (words >> word) {
        const bool is_type =
            word.size() > 2 && word[0] == '.' && std::isdigit(static_cast<unsigned char>(word[2])) != 0;
        if (is_type && type.empty()) {
            type = word;
        }
        last = word;
    }
    if (type.empty() || std::string("usfb").find(type[1]) == std::string::npos) {
        not_understood(file, kernel, declaration);
    }
    const size_t bytes = std::stoul(type.substr(2)) / 8;
    const size_t bracket = last.find('[');
    const size_t count = bracket == std::string::npos ? 1 : std::stoul(last.substr(bracket + 1));
    return {bytes * count, type[1] == 'f'};
}

// Of directives such as ".maxntid 256, 1, 1"; 0 if there is none.
unsigned max_threads(const std::string& directives) {
    const std::string name = ".maxntid";
    const size_t at = directives.find(name);
    if (at == std::string::npos) {
        return 0;
    }
    std::istringstream numbers(directives.substr(at + name.size()));
    unsigned threads = 1;
    char comma = ',';
    for (unsigned factor = 0; comma == ',' && numbers >> factor; comma = ' ', numbers >> comma) {
        threads *= factor;
    }
    return threads;
}

// Of declarations such as ".shared .align 4 .b8 name[128];", but not ".extern .shared ...", whose launch says the size.
size_t shared_bytes(const std::string& body) {
    size_t bytes = 0;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        const size_t first = line.find_first_not_of(" \t");
        if (first != std::string::npos && line.compare(first, 8, ".shared ") == 0) {
            bytes += parameter_of(line.substr(0, line.find(';')), "shared memory", "PTX").size;
        }
    }
    return bytes;
}

}  // namespace

std::string PtxParameter::describe() const {
    return (floating ? "a floating-point number of " : "an integer or pointer of ") + std::to_string(size) + " bytes";
}

std::vector<PtxKernel> ptx_kernels(const std::string& ptx, const std::string& file) {
    std::vector<PtxKernel> kernels;
    for (size_t at = ptx.find(ENTRY); at != std::string::npos; at = ptx.find(ENTRY, at)) {
        at = ptx.find_first_not_of(" \t\n", at + ENTRY.size());
        const size_t name_end = ptx.find_first_of(" \t\n({", at);
        const size_t body = ptx.find('{', at);
        if (name_end == std::string::npos || body == std::string::npos) {
            throw std::runtime_error(file + ": " + ENTRY + " without a body");
        }
        PtxKernel kernel;
        kernel.name = ptx.substr(at, name_end - at);
        const size_t open = ptx.find('(', at);
        if (open < body) {
            std::istringstream list(ptx.substr(open + 1, ptx.find(')', open) - open - 1));
            for (std::string declaration; std::getline(list, declaration, ',');) {
                if (declaration.find(".param") != std::string::npos) {
                    kernel.parameters.push_back(parameter_of(declaration, kernel.name, file));
                }
            }
        }
        kernel.max_threads = max_threads(ptx.substr(name_end, body - name_end));
        kernel.shared_bytes = shared_bytes(ptx.substr(body, ptx.find(ENTRY, body) - body));
        kernels.push_back(std::move(kernel));
        at = body;
    }
    return kernels;
}

std::vector<std::string> ptx_files(const std::string& folder) {
    std::vector<std::string> files;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() == ".ptx") {
                files.push_back(entry.path().string());
            }
        }
    }
    if (files.empty()) {
        throw std::runtime_error("no PTX files in " + folder + ": cuda/build-ptx.sh writes them");
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string read_text(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) {
        throw std::runtime_error(file + " cannot be read");
    }
    return text.str();
}
