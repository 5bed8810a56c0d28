#include "cuda_kernels.h"

#include <map>
#include <sstream>

namespace cuda {
namespace {

// Folders of PTX files, separated by colons; set by the build.
constexpr const char* FOLDERS = PERNODEDROP_PTX_FOLDERS;
constexpr size_t LOG_BYTES = 16384;
// More than this needs cuFuncSetAttribute first.
constexpr size_t SHARED_BYTES_ANYWAY = 48 * 1024;

class Catalogue {
  public:
    Catalogue() {
        std::istringstream folders(FOLDERS);
        for (std::string folder; std::getline(folders, folder, ':');) {
            for (const std::string& file : ptx_files(folder)) {
                files_.push_back(file);
                for (PtxKernel& ptx : ptx_kernels(read_text(file), file)) {
                    const std::string name = ptx.name;
                    const auto [at, added] = kernels_.emplace(name, Kernel{std::move(ptx), file, nullptr});
                    if (!added) {
                        throw Error("kernel " + name + " is in two files: " + at->second.file + " and " + file);
                    }
                }
            }
        }
    }

    const Kernel& find(const std::string& name) {
        const auto at = kernels_.find(name);
        if (at == kernels_.end()) {
            std::string message = "no kernel " + name + " in";
            for (const std::string& file : files_) {
                message += " " + file;
            }
            throw Error(message);
        }
        Kernel& kernel = at->second;
        if (kernel.function == nullptr) {
            driver().get_function.checked(
                name + " of " + kernel.file, &kernel.function, module(kernel.file), name.c_str());
        }
        return kernel;
    }

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& [name, kernel] : kernels_) {
            names.push_back(name);
        }
        return names;
    }

  private:
    Module module(const std::string& file) {
        Module& module = modules_[file];
        if (module == nullptr) {
            module = compile(file);
        }
        return module;
    }

    static Module compile(const std::string& file) {
        const std::string ptx = read_text(file);
        std::vector<char> log(LOG_BYTES);
        int options[] = {ERROR_LOG, ERROR_LOG_BYTES};
        void* values[] = {log.data(), reinterpret_cast<void*>(log.size())};
        Module module = nullptr;
        const Status status = driver().load_module.entry(&module, ptx.c_str(), 2, options, values);
        if (status != SUCCESS) {
            fail(driver().load_module.name, status, "of " + file + " (its log: '" + log.data() + "')");
        }
        return module;
    }

    std::vector<std::string> files_;
    std::map<std::string, Kernel> kernels_;
    std::map<std::string, Module> modules_;
};

Catalogue& catalogue() {
    driver();
    static Catalogue catalogue;
    return catalogue;
}

}  // namespace

void Kernel::allow_shared_bytes(size_t bytes) const {
    if (bytes > SHARED_BYTES_ANYWAY) {
        driver().set_function_attribute.checked(
            "of " + ptx.name + " to " + std::to_string(bytes) + " bytes of shared memory; this device has " +
                std::to_string(attribute(SHARED_BYTES_OPTIN)) + " for a block",
            function, MAX_DYNAMIC_SHARED_BYTES, static_cast<int>(bytes));
    }
}

const Kernel& kernel(const std::string& name) {
    return catalogue().find(name);
}

std::vector<std::string> kernel_names() {
    return catalogue().names();
}

}  // namespace cuda
