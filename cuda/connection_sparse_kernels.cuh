// The connection kernels on sparse tensor cores: connection_<pass>_<source>_<precision>_<tile>, with factors of one
// bf16 (bf16) or of two (bf16x2), in tiles `large` and `unaligned`. Launches and parameters are those of
// connection_kernels.cuh, but packed words are only read.
#pragma once

#include "connection_kernels.cuh"
#include "connection_sparse_backward_input.cuh"
#include "connection_sparse_backward_weight.cuh"
#include "connection_sparse_forward.cuh"

// Packed words take shared memory: of an A100's, that of two blocks, or of one in the gradient of the inputs and for
// factors of two terms.
template <class Source, class Tile>
constexpr int sparse_blocks() {
    return Source::PACKED ? 2 / Tile::TERMS : Tile::BLOCKS;
}
template <class Source, class Tile>
constexpr int sparse_backward_input_blocks() {
    return Source::PACKED ? 1 : Tile::BLOCKS;
}

#define CONNECTION_SPARSE_TILE(name, Source, Forward, BackwardInput, BackwardWeight)            \
    CONNECTION_FORWARD_KERNEL(                                                                  \
        name, Source, Forward, (sparse_blocks<Source, Forward>()), connection_sparse_forward,   \
        connection_sparse_forward_shared)                                                       \
    CONNECTION_BACKWARD_INPUT_KERNEL(                                                           \
        name, Source, BackwardInput, (sparse_backward_input_blocks<Source, BackwardInput>()),   \
        connection_sparse_backward_input, connection_sparse_backward_input_shared)              \
    CONNECTION_BACKWARD_WEIGHT_KERNEL(                                                          \
        name, Source, BackwardWeight, sparse_blocks, (sparse_blocks<Source, BackwardWeight>()), \
        connection_sparse_backward_weight, connection_sparse_backward_weight_shared)

// The six kernels of a source, with factors of one bf16.
#define CONNECTION_BF16_KERNELS(source, Source)                                                                   \
    CONNECTION_SPARSE_TILE(source##_bf16_large, Source, SparseForward, SparseBackwardInput, SparseBackwardWeight) \
    CONNECTION_SPARSE_TILE(                                                                                       \
        source##_bf16_unaligned, Source, SparseForwardUnaligned, SparseBackwardInputUnaligned,                    \
        SparseBackwardWeightUnaligned)

// The same, with factors of two.
#define CONNECTION_BF16X2_KERNELS(source, Source)                                                                \
    CONNECTION_SPARSE_TILE(                                                                                      \
        source##_bf16x2_large, Source, SparseForwardTwoTerms, SparseBackwardInputTwoTerms,                       \
        SparseBackwardWeightTwoTerms)                                                                            \
    CONNECTION_SPARSE_TILE(                                                                                      \
        source##_bf16x2_unaligned, Source, SparseForwardTwoTermsUnaligned, SparseBackwardInputTwoTermsUnaligned, \
        SparseBackwardWeightTwoTermsUnaligned)
