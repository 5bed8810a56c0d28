// Sizes of the tiles that the connection kernels on sparse tensor cores compute; plain C++. As in connection_tiles.h;
// TERMS bf16 make a factor: one, or two, whose sum has 16 bits.
//
// Where a factor has two terms, registers do not suffice for more than 8 warps a multiprocessor; packed words take
// shared memory, and their kernels wait for memory anyway.
#pragma once

// Forward: a warp computes WARP_SAMPLES x OUTPUTS results.
struct SparseForward {
    static constexpr int TERMS = 1, WARP_SAMPLES = 8;
    static constexpr int SAMPLES = 32, OUTPUTS = 256, INPUTS = 16;
    static constexpr int THREADS = 128, BLOCKS = 3, VECTOR = 4;
};
struct SparseForwardUnaligned : SparseForward {
    static constexpr int VECTOR = 1;
};
struct SparseForwardTwoTerms : SparseForward {
    static constexpr int TERMS = 2, WARP_SAMPLES = 4, SAMPLES = 16, BLOCKS = 2;
};
struct SparseForwardTwoTermsUnaligned : SparseForwardTwoTerms {
    static constexpr int VECTOR = 1;
};

// Gradient of the inputs: a warp computes WARP_SAMPLES x INPUTS results.
struct SparseBackwardInput {
    static constexpr int TERMS = 1, WARP_SAMPLES = 16;
    static constexpr int SAMPLES = 64, INPUTS = 64, OUTPUTS = 64;
    static constexpr int THREADS = 128, BLOCKS = 3, VECTOR = 4;
};
struct SparseBackwardInputUnaligned : SparseBackwardInput {
    static constexpr int VECTOR = 1;
};
struct SparseBackwardInputTwoTerms : SparseBackwardInput {
    static constexpr int TERMS = 2, WARP_SAMPLES = 8, SAMPLES = 32, BLOCKS = 2;
};
struct SparseBackwardInputTwoTermsUnaligned : SparseBackwardInputTwoTerms {
    static constexpr int VECTOR = 1;
};

// Gradient of the weights: a warp computes WARP_INPUTS x OUTPUTS results.
struct SparseBackwardWeight {
    static constexpr int TERMS = 1, WARP_INPUTS = 8;
    static constexpr int INPUTS = 32, OUTPUTS = 256, SAMPLES = 16;
    static constexpr int THREADS = 128, BLOCKS = 3, VECTOR = 4;
};
struct SparseBackwardWeightUnaligned : SparseBackwardWeight {
    static constexpr int VECTOR = 1;
};
struct SparseBackwardWeightTwoTerms : SparseBackwardWeight {
    static constexpr int TERMS = 2, WARP_INPUTS = 4, INPUTS = 16, BLOCKS = 2;
};
struct SparseBackwardWeightTwoTermsUnaligned : SparseBackwardWeightTwoTerms {
    static constexpr int VECTOR = 1;
};
