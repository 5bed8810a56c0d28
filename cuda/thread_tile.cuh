// What a thread of a connection kernel reads, multiplies and stores at a time.
#pragma once

#include "mask_words.cuh"

__device__ __forceinline__ void load_quad(const float* from, float (&to)[4]) {
    const float4 v = *reinterpret_cast<const float4*>(from);
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
    to[3] = v.w;
}

// Eight floats as two vectors, the second `distance` after the first.
__device__ __forceinline__ void load_octet(const float* from, int distance, float (&to)[8]) {
    float low[4];
    float high[4];
    load_quad(from, low);
    load_quad(from + distance, high);
#pragma unroll
    for (int n = 0; n < 4; ++n) {
        to[n] = low[n];
        to[4 + n] = high[n];
    }
}

__device__ __forceinline__ void load_words(const uint32_t* from, uint32_t (&to)[4]) {
    const uint4 v = *reinterpret_cast<const uint4*>(from);
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
    to[3] = v.w;
}

__device__ __forceinline__ void load_words(const uint32_t* from, uint32_t (&to)[1]) {
    to[0] = *from;
}

// Stores columns column .. column + N - 1 of a row, as far as they are below width.
template <int VECTOR, int N>
__device__ __forceinline__ void store_columns(float* row, uint32_t column, uint32_t width, const float (&values)[N]) {
#pragma unroll
    for (int n = 0; n < N; n += VECTOR) {
        if (column + n < width) {
            if constexpr (VECTOR == 4) {
                *reinterpret_cast<float4*>(row + column + n) =
                    make_float4(values[n], values[n + 1], values[n + 2], values[n + 3]);
            } else {
                row[column + n] = values[n];
            }
        }
    }
}

// The highest bits of the four bytes of a word, side by side from bit 8 on. A byte's seven lower bits become predicates
// in one instruction (R2P), the eighth takes one of its own: gathered, four of them take three (AND, DP4A, R2P).
__device__ __forceinline__ uint32_t highest_bits(uint32_t word) {
    return __dp4a(word & 0x80808080u, 0x10080402u, 0u);
}

// Calls add(i, u) for the kept ones of 4 x 8 connections, all if the source has no bits; for each u in the order of i.
// The first of the seven that share i reads that factor from a register, the others from the reuse cache: it is given a
// u of the other parity, whose factor and sum lie in the other bank.
template <class Source, class Add>
__device__ __forceinline__ void for_each_kept(uint32_t word, const Add& add) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
#pragma unroll
        for (int n = 0; n < 7; ++n) {
            const int u = n < 2 && i % 2 == 0 ? 1 - n : n;
            if (!Source::BITS || bit_is_set(word, i * 8 + u)) {
                add(i, u);
            }
        }
    }
    const uint32_t highest = highest_bits(word);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        if (!Source::BITS || bit_is_set(highest, 8 + i)) {
            add(i, 7);
        }
    }
}

// The multipliers of one output and the four inputs of a quad; kept(i) is asked of sources with bits.
template <class Source, class Kept>
__device__ __forceinline__ void draw_multipliers(
    const ScheduledMask& mask, uint32_t output, uint32_t quad, uint32_t sample, const Kept& kept,
    float (&multipliers)[4]) {
    const float4 normals = mask_normals(mask, output, quad, sample);
    multipliers[0] = noisy_multiplier(mask.sigma, normals.x);
    multipliers[1] = noisy_multiplier(mask.sigma, normals.y);
    multipliers[2] = noisy_multiplier(mask.sigma, normals.z);
    multipliers[3] = noisy_multiplier(mask.sigma, normals.w);
    if constexpr (Source::BITS) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            multipliers[i] = kept(i) ? 1.0f : multipliers[i];
        }
    }
}
