// Names and parameters of the multi-position kernels: multi_position_<pass>_<source>_<precision>_<tile>. They are the
// products of a layer whose samples have several positions; the positions of a sample share its mask.
//
// clang-format off
//   state             const StepState*: seed and step of the mask
//   layer             number of the layer, part of the mask's key
//   first_sample      number of the batch's first sample
//   planes            n in [1, 16], planes of a Bernoulli mask
//   threshold         T in (0, 2^n): a connection is kept with probability q' = T / 2^n
//   scale             factor of every sum: 1/q' where dropped connections are cut, else 1
//   sigma             standard deviation of Gaussian noise
//   samples           B; the forward and backward-input kernels have it in the grid
//   positions         T, positions of a sample
//   inputs, outputs   I and U
//   x, w, dz          operands in words, as operands.cu makes them for pass and precision; for tf32 also
//                     plain floats with rows of multiples of 4, at multiples of 16 bytes
//   partials          sums of the splits, [splits, inputs, outputs]; null if there is one split
//   split_length      samples in a split
// clang-format on
//
// Launch: grid x = tiles of the result (of all samples), y = splits; THREADS threads; the tile's bytes of dynamic
// shared memory. With several splits connection_backward_weight_sum, launched next, adds the partial sums.
#pragma once

#include "multi_position_backward_input.cuh"
#include "multi_position_backward_weight.cuh"
#include "multi_position_forward.cuh"

#define MULTI_POSITION_FORWARD(source, Source, precision, Precision, tile, Tile)                                     \
    KERNEL(                                                                                                          \
        multi_position_forward_##source##_##precision##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS),      \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,          \
        float scale, float sigma, int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* x,             \
        const uint32_t* w, const float* bias, int32_t activation, float* z, float* y) {                              \
        multi_position_forward<Source, Precision, Tile>(MultiPositionForward{                                        \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, positions, inputs, outputs, x, w, \
            bias, static_cast<Activation>(activation), z, y});                                                       \
    }                                                                                                                \
    KERNEL_TILE(                                                                                                     \
        multi_position_forward_##source##_##precision##_##tile, Tile::ROWS, Tile::COLUMNS, MULTI_POSITION_K_STEP,    \
        Tile::BLOCKS, 4 * MULTI_POSITION_SHARED<Tile>)

#define MULTI_POSITION_BACKWARD_INPUT(source, Source, precision, Precision, tile, Tile)                                \
    KERNEL(                                                                                                            \
        multi_position_backward_input_##source##_##precision##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS), \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,            \
        float scale, float sigma, int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* dz,              \
        const uint32_t* w, float* dx) {                                                                                \
        multi_position_backward_input<Source, Precision, Tile>(MultiPositionBackwardInput{                             \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, positions, inputs, outputs, dz, w,  \
            dx});                                                                                                      \
    }                                                                                                                  \
    KERNEL_TILE(                                                                                                       \
        multi_position_backward_input_##source##_##precision##_##tile, Tile::ROWS, Tile::COLUMNS,                      \
        MULTI_POSITION_K_STEP, Tile::BLOCKS, 4 * MULTI_POSITION_SHARED<Tile>)

#define MULTI_POSITION_BACKWARD_WEIGHT(source, Source, precision, Precision, tile, Tile)                               \
    KERNEL(                                                                                                            \
        multi_position_backward_weight_##source##_##precision##_##tile,                                                \
        __launch_bounds__(Tile::THREADS, Tile::BLOCKS), const StepState* state, uint32_t layer, uint32_t first_sample, \
        uint32_t planes, uint32_t threshold, float scale, float sigma, int32_t samples, int32_t positions,             \
        int32_t inputs, int32_t outputs, const uint32_t* x, const uint32_t* dz, float* dw, float* partials,            \
        int32_t split_length) {                                                                                        \
        multi_position_backward_weight<Source, Precision, Tile>(MultiPositionBackwardWeight{                           \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, positions, inputs,         \
            outputs, x, dz, dw, partials, split_length});                                                              \
    }                                                                                                                  \
    KERNEL_TILE(                                                                                                       \
        multi_position_backward_weight_##source##_##precision##_##tile, Tile::ROWS, Tile::COLUMNS,                     \
        MULTI_POSITION_K_STEP, Tile::BLOCKS, 4 * MULTI_POSITION_WEIGHT_SHARED<Tile>)

// The six kernels of a source and a precision.
#define MULTI_POSITION_KERNELS(source, Source, precision, Precision)                                      \
    MULTI_POSITION_FORWARD(source, Source, precision, Precision, large, MultiPositionLarge)               \
    MULTI_POSITION_FORWARD(source, Source, precision, Precision, small, MultiPositionSmall)               \
    MULTI_POSITION_BACKWARD_INPUT(source, Source, precision, Precision, large, MultiPositionLarge)        \
    MULTI_POSITION_BACKWARD_INPUT(source, Source, precision, Precision, small, MultiPositionSmall)        \
    MULTI_POSITION_BACKWARD_WEIGHT(source, Source, precision, Precision, large, MultiPositionWeightLarge) \
    MULTI_POSITION_BACKWARD_WEIGHT(source, Source, precision, Precision, small, MultiPositionWeightSmall)
