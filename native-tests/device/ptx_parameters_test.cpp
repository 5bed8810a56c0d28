// The committed PTX and the emulation speak of the same kernels: every PTX kernel is emulated, with the same
// parameters.
#include <gtest/gtest.h>

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
