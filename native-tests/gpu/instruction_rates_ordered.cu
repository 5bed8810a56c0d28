// The same with mma.sp::ordered_metadata, which PTX has from 8.5 on (CUDA 12.5): a module of its own, for toolkits that
// compile it.
#include "instruction_rates.cuh"

using namespace rates;

RATE(mma_sp_bf16_ordered, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::BF16, true>, CHAINS>)
RATE(mma_sp_f16_ordered, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::F16, true>, CHAINS>)
RATE(mma_sp_tf32_ordered, PRODUCT_STEPS, Products<SparseProduct<SparseNumbers::TF32, true>, CHAINS>)

SPARSE_CASES(bf16_ordered, BF16, true)
SPARSE_CASES(f16_ordered, F16, true)
SPARSE_CASES(tf32_ordered, TF32, true)
