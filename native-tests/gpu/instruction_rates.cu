#include "instruction_rates.cuh"

using namespace rates;

RATE(ffma, STEPS, MultiplyAdd<CHAINS>)
RATE(masked_ffma, MIX_STEPS / 2, MaskedMultiplyAdds)
RATE(lop3, STEPS, Words<ExclusiveOr>)
RATE(prmt, STEPS, Words<PermuteBytes>)
RATE(shf, STEPS, Words<ShiftFunnel>)
RATE(imad, STEPS, Words<MultiplyWords>)
RATE(imad_wide, STEPS, MultiplyWide<CHAINS>)
RATE(f2fp, STEPS, Words<RoundPair>)
RATE(lds, PRODUCT_STEPS, SharedLoads<CHAINS, 1>)
RATE(lds_predicated, PRODUCT_STEPS, SharedLoads<CHAINS, 8>)
RATE(mma_bf16, PRODUCT_STEPS, Products<DenseProduct<SparseNumbers::BF16>, CHAINS>)
RATE(mma_tf32, PRODUCT_STEPS, Products<DenseProduct<SparseNumbers::TF32>, CHAINS>)
RATE(mma_sp_bf16, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::BF16, false>, CHAINS>)
RATE(mma_sp_f16, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::F16, false>, CHAINS>)
RATE(mma_sp_tf32, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::TF32, false>, CHAINS>)

// The main loops of masked products at p = 0.5, with factors of one and of two terms, and at p = 0.3.
RATE(mix_one_plane, MIX_STEPS, Mix<1, 3, 1, 0>)
RATE(mix_one_plane_loads, MIX_STEPS, Mix<1, 3, 1, 3>)
RATE(mix_two_terms, MIX_STEPS, Mix<2, 3, 1, 0>)
RATE(mix_many_planes, MIX_STEPS / 4, Mix<1, 10, 6, 0>)

// One chain: its latency.
RATE(ffma_latency, STEPS, MultiplyAdd<1>)
RATE(imad_wide_latency, STEPS, MultiplyWide<1>)
RATE(lds_latency, PRODUCT_STEPS, SharedLoads<1, 1>)
RATE(mma_bf16_latency, PRODUCT_STEPS, Products<DenseProduct<SparseNumbers::BF16>, 1>)
RATE(mma_sp_bf16_latency, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::BF16, false>, 1>)

SPARSE_CASES(bf16, BF16, false)
SPARSE_CASES(f16, F16, false)
SPARSE_CASES(tf32, TF32, false)
