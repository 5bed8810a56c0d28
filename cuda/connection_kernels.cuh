// The names and parameters of the connection kernels: connection_<pass>_<source>_<tile>. All sources of a pass take the
// same parameters, so that whoever launches them has one list; those that a source does not use are ignored.
//
//   state, layer, first_sample             where the mask is drawn
//   planes, threshold, scale, sigma        what it is: q' = threshold / 2^planes, scale 1/q' (1 where nothing is cut),
//   sigma samples, inputs, outputs               B, I, U packed                                 packed mask words: read
//   by `packed`, written by the drawing forward kernels unless
//                                          null; packed_words(B, I, U) of connection_plan.h
//   partials, bias_partials, stretch       see the passes; the sums of several stretches go to connection_*_sum
//
// Grid: x = tiles, y = stretches. Threads: Tile::THREADS. Shared memory: stages of the tile, see connection_plan.h.
#pragma once

#include "connection_backward_input.cuh"
#include "connection_backward_weight.cuh"
#include "connection_forward.cuh"

#define CONNECTION_FORWARD(source, Source, tile, Tile)                                                                \
    KERNEL(                                                                                                           \
        connection_forward_##source##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS), const StepState* state, \
        uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold, float scale, float sigma,         \
        int32_t samples, int32_t inputs, int32_t outputs, const float* x, const float* w, const float* bias,          \
        int32_t activation, float* z, float* y, uint32_t* packed, float* partials, int32_t stretch) {                 \
        connection_forward<Source, Tile>(ConnectionForward{                                                           \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, x, w,    \
            bias, static_cast<Activation>(activation), z, y, packed, partials, stretch});                             \
    }

#define CONNECTION_BACKWARD_INPUT(source, Source, tile, Tile)                                                        \
    KERNEL(                                                                                                          \
        connection_backward_input_##source##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS),                 \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,          \
        float scale, float sigma, int32_t samples, int32_t inputs, int32_t outputs, const float* dz, const float* w, \
        int32_t activation, const float* z_below, const float* y_below, float* dx, const uint32_t* packed,           \
        float* partials, int32_t stretch) {                                                                          \
        connection_backward_input<Source, Tile>(ConnectionBackwardInput{                                             \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, dz, w,  \
            static_cast<Activation>(activation), z_below, y_below, dx, packed, partials, stretch});                  \
    }

#define CONNECTION_BACKWARD_WEIGHT(source, Source, tile, Tile)                                                      \
    KERNEL(                                                                                                         \
        connection_backward_weight_##source##_##tile,                                                               \
        __launch_bounds__(Tile::THREADS, (backward_weight_blocks<Source, Tile>())), const StepState* state,         \
        uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold, float scale, float sigma,       \
        int32_t samples, int32_t inputs, int32_t outputs, const float* x, const float* dz, float* dw, float* db,    \
        const uint32_t* packed, float* partials, float* bias_partials, int32_t stretch) {                           \
        connection_backward_weight<Source, Tile>(ConnectionBackwardWeight{                                          \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, inputs, outputs, x, dz, \
            dw, db, packed, partials, bias_partials, stretch});                                                     \
    }

// The nine kernels of a source that has no normals.
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

// The three of a source with normals.
#define CONNECTION_NORMALS_KERNELS(source, Source)                           \
    CONNECTION_FORWARD(source, Source, normals, ForwardNormals)              \
    CONNECTION_BACKWARD_INPUT(source, Source, normals, BackwardInputNormals) \
    CONNECTION_BACKWARD_WEIGHT(source, Source, normals, BackwardWeightNormals)
