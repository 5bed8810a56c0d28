// Standard normals from pairs of random words, by cuRAND's Box-Muller transform:
//
//   a = v 2^-32 + 2^-33      c = (w 2^-32 + 2^-33) 2 pi      s = sqrt(-2 ln a)      z = (s sin c, s cos c)
//
// The same polynomials in the same order as Java's BoxMuller, every rounding spelled out: CPU and GPU draw the same
// bits. Within 1e-5 of cuRAND's normals.
#pragma once

#include "platform.cuh"

// word 2^-32 + 2^-33 in single precision, in (0, 1]: the same bits as cuRAND's uniforms.
__device__ __forceinline__ float uniform(uint32_t word) {
    return fmaf(__uint2float_rn(word), 0x1p-32f, 0x1p-33f);
}

// sqrt(-2 ln a) for a = uniform(word); logarithm by Cephes' logf.
__device__ __forceinline__ float box_muller_radius(uint32_t word) {
    constexpr uint32_t SQRT_HALF = 0x3F3504F3u;
    const uint32_t bits = __float_as_uint(uniform(word)) - SQRT_HALF;
    const float exponent = __int2float_rn(static_cast<int32_t>(bits) >> 23);
    const float r = __fsub_rn(__uint_as_float((bits & 0x7FFFFFu) + SQRT_HALF), 1.0f);
    const float square = __fmul_rn(r, r);
    float p = 7.0376836292e-2f;
    p = fmaf(p, r, -1.1514610310e-1f);
    p = fmaf(p, r, 1.1676998740e-1f);
    p = fmaf(p, r, -1.2420140846e-1f);
    p = fmaf(p, r, 1.4249322787e-1f);
    p = fmaf(p, r, -1.6668057665e-1f);
    p = fmaf(p, r, 2.0000714765e-1f);
    p = fmaf(p, r, -2.4999993993e-1f);
    p = fmaf(p, r, 3.3333331174e-1f);
    float tail = fmaf(__fmul_rn(p, r), square, __fmul_rn(exponent, -2.12194440e-4f));
    tail = fmaf(-0.5f, square, tail);
    const float log = fmaf(exponent, 0.693359375f, __fadd_rn(r, tail));
    return square_root(fmaxf(0.0f, __fmul_rn(-2.0f, log)));
}

// Sine and cosine of 2 pi uniform(word): a quarter turn at a time, by Cephes' sinf and cosf.
__device__ __forceinline__ float2 box_muller_direction(uint32_t word) {
    const float quarters = __fmul_rn(uniform(word), 4.0f);
    const int quadrant = static_cast<int>(__fadd_rn(quarters, 0.5f));
    const float y = __fmul_rn(__fsub_rn(quarters, static_cast<float>(quadrant)), 1.57079632679489662f);
    const float square = __fmul_rn(y, y);
    const float s = fmaf(fmaf(-1.9515295891e-4f, square, 8.3321608736e-3f), square, -1.6666654611e-1f);
    const float c = fmaf(fmaf(2.443315711809948e-5f, square, -1.388731625493765e-3f), square, 4.166664568298827e-2f);
    const float sine = fmaf(__fmul_rn(s, square), y, y);
    const float cosine = fmaf(__fmul_rn(c, square), square, fmaf(-0.5f, square, 1.0f));
    // A quarter turn swaps the two; the second half turn changes signs.
    const float2 swapped = (quadrant & 1) != 0 ? make_float2(cosine, sine) : make_float2(sine, cosine);
    return make_float2(
        (quadrant & 2) != 0 ? -swapped.x : swapped.x, ((quadrant + 1) & 2) != 0 ? -swapped.y : swapped.y);
}

__device__ __forceinline__ float2 box_muller(uint32_t v, uint32_t w) {
    const float radius = box_muller_radius(v);
    const float2 direction = box_muller_direction(w);
    return make_float2(__fmul_rn(radius, direction.x), __fmul_rn(radius, direction.y));
}
