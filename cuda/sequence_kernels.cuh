// The names and parameters of the sequence kernels: sequence_<pass>_<source>_<precision>_<tile>.
//
//   state, layer, first_sample             where the mask is drawn
//   planes, threshold, scale, sigma        what it is: q' = threshold / 2^planes, scale 1/q' (1 where nothing is cut)
//   samples, positions, inputs, outputs    B, T, I, U
//   x, w, dz                               operands as sequence_operands.cu makes them for pass and precision; floats
//                                          whose rows are multiples of 4, at multiples of 16 bytes, are that for tf32
//   partials, stretch                      see the pass; the sums of several stretches go to
//                                          connection_backward_weight_sum
//
// Grid: x = tiles, y = stretches. Threads: Tile::THREADS. Shared memory: see sequence_plan.h.
#pragma once

#include "sequence_backward_input.cuh"
#include "sequence_backward_weight.cuh"
#include "sequence_forward.cuh"

#define SEQUENCE_FORWARD(source, Source, precision, Precision, tile, Tile)                                           \
    KERNEL(                                                                                                          \
        sequence_forward_##source##_##precision##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS),            \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,          \
        float scale, float sigma, int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* x,             \
        const uint32_t* w, const float* bias, int32_t activation, float* z, float* y) {                              \
        sequence_forward<Source, Precision, Tile>(SequenceForward{                                                   \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, positions, inputs, outputs, x, w, \
            bias, static_cast<Activation>(activation), z, y});                                                       \
    }

#define SEQUENCE_BACKWARD_INPUT(source, Source, precision, Precision, tile, Tile)                                     \
    KERNEL(                                                                                                           \
        sequence_backward_input_##source##_##precision##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS),      \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,           \
        float scale, float sigma, int32_t positions, int32_t inputs, int32_t outputs, const uint32_t* dz,             \
        const uint32_t* w, int32_t activation, const float* z_below, const float* y_below, float* dx) {               \
        sequence_backward_input<Source, Precision, Tile>(SequenceBackwardInput{                                       \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, positions, inputs, outputs, dz, w, \
            static_cast<Activation>(activation), z_below, y_below, dx});                                              \
    }

#define SEQUENCE_BACKWARD_WEIGHT(source, Source, precision, Precision, tile, Tile)                                     \
    KERNEL(                                                                                                            \
        sequence_backward_weight_##source##_##precision##_##tile, __launch_bounds__(Tile::THREADS, Tile::BLOCKS),      \
        const StepState* state, uint32_t layer, uint32_t first_sample, uint32_t planes, uint32_t threshold,            \
        float scale, float sigma, int32_t samples, int32_t positions, int32_t inputs, int32_t outputs,                 \
        const uint32_t* x, const uint32_t* dz, float* dw, float* partials, int32_t stretch) {                          \
        sequence_backward_weight<Source, Precision, Tile>(SequenceBackwardWeight{                                      \
            mask_at(*state, layer, planes, threshold, sigma), first_sample, scale, samples, positions, inputs,         \
            outputs, x, dz, dw, partials, stretch});                                                                   \
    }

// The six kernels of a source and a precision.
#define SEQUENCE_KERNELS(source, Source, precision, Precision)                                        \
    SEQUENCE_FORWARD(source, Source, precision, Precision, large, SequenceLarge)                      \
    SEQUENCE_FORWARD(source, Source, precision, Precision, small, SequenceSmall)                      \
    SEQUENCE_BACKWARD_INPUT(source, Source, precision, Precision, large, SequenceLarge)               \
    SEQUENCE_BACKWARD_INPUT(source, Source, precision, Precision, small, SequenceSmall)               \
    SEQUENCE_BACKWARD_WEIGHT(source, Source, precision, Precision, large, SequenceWeightLarge)        \
    SEQUENCE_BACKWARD_WEIGHT(source, Source, precision, Precision, small, SequenceWeightSmall)
