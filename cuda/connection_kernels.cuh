// Names and parameters of the connection kernels: connection_<pass>_<source>_<tile>, and
// connection_<pass>_<source>_<precision>_<tile> of those on tensor cores. All kernels of a pass take the same
// parameters, so that one launcher serves them all; a kernel ignores the parameters that its source does not use.
//
// clang-format off
//   state             const StepState*: seed and step of the mask
//   layer             number of the layer, part of the mask's key
//   first_sample      number of the batch's first sample
//   planes            n in [1, 16], planes of a Bernoulli mask
//   threshold         T in (0, 2^n): a connection is kept with probability q' = T / 2^n
//   scale             factor of every sum: 1/q' where dropped connections are cut, else 1
//   sigma             standard deviation of Gaussian noise
//   samples           B, rows of x, dz, z, y and dx
//   inputs            I, columns of x and dx, rows of w and dw
//   outputs           U, columns of w, dw, dz, z and y
//   packed            the packed mask words, PackedShape in mask_words.cuh: read by `packed`; written by the forward
//                     kernels that draw bits, unless null; else ignored
//   partials          sums of the splits, [splits, rows, columns] of the result; null if there is one split
//   bias_partials     sums of the splits for db, [splits, outputs]; null if db is null or there is one split
//   split_length      terms of the sum in a split: inputs, outputs or samples; a multiple of the tile's k-step
// clang-format on
//
// Launch: grid x = tiles of the result, y = splits; THREADS threads; the tile's bytes of dynamic shared memory. With
// several splits connection_<pass>_sum, launched next, adds the partial sums.
#pragma once

#include "connection_backward_input.cuh"
#include "connection_backward_weight.cuh"
#include "connection_forward.cuh"

#define CONNECTION_FORWARD_KERNEL(name, Source, Tile, blocks, compute, shared_bytes)                                 \
    KERNEL(                                                                                                          \
        connection_forward_##name, __launch_bounds__(Tile::THREADS, blocks), const StepState* state, uint32_t layer, \
        uint32_t first_sample, uint32_t planes, uint32_t threshold, float scale, float sigma, int32_t samples,       \
        int32_t inputs, int32_t outputs, const float* x, const float* w, const float* bias, int32_t activation,      \
        float* z, float* y, uint32_t* packed, float* partials, int32_t split_length) {                               \
        compute<Source, Tile>(ConnectionForward{                                                                     \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, x, w,   \
            bias, static_cast<Activation>(activation), z, y, packed, partials, split_length});                       \
    }                                                                                                                \
    KERNEL_TILE(                                                                                                     \
        connection_forward_##name, Tile::SAMPLES, Tile::OUTPUTS, Tile::INPUTS, blocks, (shared_bytes<Source, Tile>()))

#define CONNECTION_BACKWARD_INPUT_KERNEL(name, Source, Tile, blocks, compute, shared_bytes)                         \
    KERNEL(                                                                                                         \
        connection_backward_input_##name, __launch_bounds__(Tile::THREADS, blocks), const StepState* state,         \
        uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold, float scale, float sigma,       \
        int32_t samples, int32_t inputs, int32_t outputs, const float* dz, const float* w, float* dx,               \
        const uint32_t* packed, float* partials, int32_t split_length) {                                            \
        compute<Source, Tile>(ConnectionBackwardInput{                                                              \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, dz, w, \
            dx, packed, partials, split_length});                                                                   \
    }                                                                                                               \
    KERNEL_TILE(                                                                                                    \
        connection_backward_input_##name, Tile::SAMPLES, Tile::INPUTS, Tile::OUTPUTS, blocks,                       \
        (shared_bytes<Source, Tile>()))

#define CONNECTION_BACKWARD_WEIGHT_KERNEL(name, Source, Tile, blocks, tile_blocks, compute, shared_bytes)            \
    KERNEL(                                                                                                          \
        connection_backward_weight_##name, __launch_bounds__(Tile::THREADS, (blocks<Source, Tile>())),               \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,          \
        float scale, float sigma, int32_t samples, int32_t inputs, int32_t outputs, const float* x, const float* dz, \
        float* dw, float* db, const uint32_t* packed, float* partials, float* bias_partials, int32_t split_length) { \
        compute<Source, Tile>(ConnectionBackwardWeight{                                                              \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, x, dz,  \
            dw, db, packed, partials, bias_partials, split_length});                                                 \
    }                                                                                                                \
    KERNEL_TILE(                                                                                                     \
        connection_backward_weight_##name, Tile::INPUTS, Tile::OUTPUTS, Tile::SAMPLES, tile_blocks,                  \
        (shared_bytes<Source, Tile>()))

#define CONNECTION_FORWARD(source, Source, tile, Tile) \
    CONNECTION_FORWARD_KERNEL(                         \
        source##_##tile, Source, Tile, Tile::BLOCKS, connection_forward, connection_forward_shared)
#define CONNECTION_BACKWARD_INPUT(source, Source, tile, Tile) \
    CONNECTION_BACKWARD_INPUT_KERNEL(                         \
        source##_##tile, Source, Tile, Tile::BLOCKS, connection_backward_input, connection_backward_input_shared)
#define CONNECTION_BACKWARD_WEIGHT(source, Source, tile, Tile)                                           \
    CONNECTION_BACKWARD_WEIGHT_KERNEL(                                                                   \
        source##_##tile, Source, Tile, backward_weight_blocks, Tile::BLOCKS, connection_backward_weight, \
        connection_backward_weight_shared)

// The nine kernels of a source without normals.
#define CONNECTION_KERNELS(source, Source)                                       \
    CONNECTION_FORWARD(source, Source, large, ForwardLarge)                      \
    CONNECTION_FORWARD(source, Source, small, ForwardSmall)                      \
    CONNECTION_FORWARD(source, Source, unaligned, ForwardUnaligned)              \
    CONNECTION_BACKWARD_INPUT(source, Source, large, BackwardInputLarge)         \
    CONNECTION_BACKWARD_INPUT(source, Source, small, BackwardInputSmall)         \
    CONNECTION_BACKWARD_INPUT(source, Source, unaligned, BackwardInputUnaligned) \
    CONNECTION_BACKWARD_WEIGHT(source, Source, large, BackwardWeightLarge)       \
    CONNECTION_BACKWARD_WEIGHT(source, Source, small, BackwardWeightSmall)       \
    CONNECTION_BACKWARD_WEIGHT(source, Source, unaligned, BackwardWeightUnaligned)

// The three kernels of a source with normals.
#define CONNECTION_NORMALS_KERNELS(source, Source)                           \
    CONNECTION_FORWARD(source, Source, normals, ForwardNormals)              \
    CONNECTION_BACKWARD_INPUT(source, Source, normals, BackwardInputNormals) \
    CONNECTION_BACKWARD_WEIGHT(source, Source, normals, BackwardWeightNormals)
