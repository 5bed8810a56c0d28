// The committed PTX, kernels.json and the sources agree: every PTX kernel is emulated, with the same parameters, and
// kernels.json says what the sources say.
#include <gtest/gtest.h>

#include <filesystem>

#include "kernel_catalogue.h"
#include "kernel_registry.h"
#include "ptx_kernels.h"

TEST(PtxParameters, AreThoseOfTheEmulatedKernels) {
    for (const std::string& file : ptx_files(PERNODEDROP_PTX_DIR)) {
        const std::vector<PtxKernel> kernels = ptx_kernels(read_text(file), file);
        EXPECT_FALSE(kernels.empty()) << file;
        for (const PtxKernel& ptx : kernels) {
            const emulation::Kernel* const emulated = emulation::find_kernel(ptx.name);
            ASSERT_NE(emulated, nullptr) << ptx.name << " of " << file << " is not among the sources: rebuild the PTX";
            ASSERT_EQ(ptx.parameters.size(), emulated->parameters.size()) << ptx.name;
            for (size_t i = 0; i < ptx.parameters.size(); ++i) {
                const ParameterType& type = emulated->parameters[i];
                EXPECT_EQ(ptx.parameters[i].size, type.size) << ptx.name << ", parameter " << i;
                EXPECT_EQ(ptx.parameters[i].floating, type.kind == ParameterKind::FLOATING)
                    << ptx.name << ", parameter " << i;
            }
        }
    }
}

TEST(KernelCatalogue, IsThatOfTheSources) {
    const std::filesystem::path folder = PERNODEDROP_PTX_DIR;
    const std::string expected = kernel_catalogue(
        [&](const std::string& module) { return std::filesystem::exists(folder / (module + ".ptx")); });
    // Not EXPECT_EQ, which would print both.
    EXPECT_TRUE(read_text((folder / "kernels.json").string()) == expected)
        << "kernels.json is not that of the sources: run cuda/build-ptx.sh";
}
