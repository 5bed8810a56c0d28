// The emulation's intrinsics against CUDA's documented results.
#include "cuda_math.h"

#include <gtest/gtest.h>

TEST(CudaMath, PicksBytes) {
    EXPECT_EQ(__byte_perm(0x33221100u, 0x77665544u, 0x3210u), 0x33221100u);
    EXPECT_EQ(__byte_perm(0x33221100u, 0x77665544u, 0x0527u), 0x00552277u);
    EXPECT_EQ(__byte_perm(0x00800000u, 0x0000007Fu, 0xCACAu), 0x00FF00FFu);
}

TEST(CudaMath, HandlesWords) {
    EXPECT_EQ(__umulhi(0xFFFFFFFFu, 0xFFFFFFFFu), 0xFFFFFFFEu);
    EXPECT_EQ(__popc(0xF0F0F0F1u), 17);
    EXPECT_EQ(__clz(0), 32);
    EXPECT_EQ(__clz(1), 31);
    EXPECT_EQ(__clz(-1), 0);
    EXPECT_EQ(__ffs(0), 0);
    EXPECT_EQ(__ffs(8), 4);
    EXPECT_EQ(__brev(0x00000003u), 0xC0000000u);
    EXPECT_EQ(__funnelshift_r(0x00000001u, 0x00000003u, 1), 0x80000000u);
    EXPECT_EQ(__funnelshift_l(0x80000000u, 0x00000003u, 1), 0x00000007u);
    EXPECT_EQ(__funnelshift_r(5, 6, 32), 5u);
}

TEST(CudaMath, Converts) {
    EXPECT_EQ(__float_as_uint(1.0f), 0x3F800000u);
    EXPECT_EQ(__uint_as_float(0xC0000000u), -2.0f);
    EXPECT_EQ(__float_as_int(-0.0f), std::numeric_limits<int>::min());
    EXPECT_EQ(__int_as_float(0x3F000000), 0.5f);
    EXPECT_EQ(__longlong_as_double(__double_as_longlong(0.1)), 0.1);
    EXPECT_EQ(__uint2float_rn(0xFFFFFFFFu), 0x1p32f);
    EXPECT_EQ(__uint2float_rn(0x01000001u), 0x1p24f);  // a tie goes to the even neighbour
    EXPECT_EQ(__uint2float_rn(0x01000003u), 0x1.000004p24f);
    EXPECT_EQ(__int2float_rn(-16777217), -0x1p24f);
    EXPECT_EQ(__float2int_rz(-2.9f), -2);
    EXPECT_EQ(__float2int_rz(3e9f), std::numeric_limits<int>::max());
    EXPECT_EQ(__float2int_rz(-3e9f), std::numeric_limits<int>::min());
    EXPECT_EQ(__float2int_rz(NAN), 0);
    EXPECT_EQ(__float2int_rn(2.5f), 2);
    EXPECT_EQ(__float2int_rn(3.5f), 4);
}

// (1 + 2^-23)^2 - 1 - 2^-22 = 2^-46 is lost unless the product is kept whole.
TEST(CudaMath, FusesOnlyWhereAskedTo) {
    const float a = 0x1.000002p0f;
    EXPECT_EQ(fmaf(a, a, -0x1.000004p0f), 0x1p-46f);
    EXPECT_EQ(__fmaf_rn(a, a, -0x1.000004p0f), 0x1p-46f);
    EXPECT_EQ(__fadd_rn(__fmul_rn(a, a), -0x1.000004p0f), 0.0f);
    EXPECT_EQ(__fsub_rn(1.0f, 0x1p-26f), 1.0f);
    EXPECT_EQ(__fdiv_rn(1.0f, 3.0f), 1.0f / 3.0f);
    EXPECT_EQ(__frcp_rn(4.0f), 0.25f);
    EXPECT_EQ(__fsqrt_rn(2.25f), 1.5f);
    EXPECT_EQ(__saturatef(NAN), 0.0f);
    EXPECT_EQ(__saturatef(1.5f), 1.0f);
}
