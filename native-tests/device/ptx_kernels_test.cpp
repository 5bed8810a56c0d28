#include "ptx_kernels.h"

#include <gtest/gtest.h>

#include <stdexcept>

TEST(PtxKernels, AreReadWithTheirParameters) {
    const std::vector<PtxKernel> kernels = ptx_kernels(
        ".visible .entry first(\n\t.param .u64 .ptr .align 1 first_param_0,\n\t.param .u32 first_param_1,\n"
        "\t.param .f32 first_param_2,\n\t.param .align 4 .b8 first_param_3[16]\n)\n.maxntid 128, 2, 1\n{\n"
        "\t.shared .align 4 .b8 a[128];\n\t.shared .align 8 .f64 b;\n\tst.shared.f32 [a], %f1;\n}\n"
        ".extern .shared .align 16 .b8 c[];\n"
        ".visible .entry second()\n{\n}\n",
        "text");
    ASSERT_EQ(kernels.size(), 2u);
    EXPECT_EQ(kernels[0].name, "first");
    std::vector<size_t> sizes;
    std::vector<bool> floating;
    for (const PtxParameter& parameter : kernels[0].parameters) {
        sizes.push_back(parameter.size);
        floating.push_back(parameter.floating);
    }
    EXPECT_EQ(sizes, (std::vector<size_t>{8, 4, 4, 16}));
    EXPECT_EQ(floating, (std::vector<bool>{false, false, true, false}));
    EXPECT_EQ(kernels[0].max_threads, 256u);
    EXPECT_EQ(kernels[0].shared_bytes, 136u);
    EXPECT_EQ(kernels[1].name, "second");
    EXPECT_EQ(kernels[1].max_threads, 0u);
    EXPECT_EQ(kernels[1].shared_bytes, 0u);
    EXPECT_TRUE(kernels[1].parameters.empty());
}

TEST(PtxKernels, RefuseADeclarationThatIsNotUnderstood) {
    EXPECT_THROW(ptx_kernels(".entry odd(.param odd_param_0)\n{\n}\n", "text"), std::runtime_error);
    EXPECT_THROW(ptx_kernels(".entry odd(", "text"), std::runtime_error);
}
