// The kernels of a PTX text and their parameters, as their .entry lines declare them: the driver itself checks no
// argument.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

struct PtxParameter {
    size_t size;
    bool floating;

    std::string describe() const;
};

struct PtxKernel {
    std::string name;
    std::vector<PtxParameter> parameters;
    unsigned max_threads = 0;  // in a block, by .maxntid; 0: not said
    size_t shared_bytes = 0;   // of its arrays of a fixed size
};

// In the order of the text. Fails with `file` in the message if a declaration is not understood.
std::vector<PtxKernel> ptx_kernels(const std::string& ptx, const std::string& file);

// All *.ptx of a folder, sorted by name. Fails if there is none.
std::vector<std::string> ptx_files(const std::string& folder);

std::string read_text(const std::string& file);
