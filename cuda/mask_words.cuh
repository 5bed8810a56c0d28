// Kept bits as the connection kernels handle them: drawn four samples at a time, or read back packed.
//
// A packed word holds 4 inputs x 8 outputs of one sample: bit (i & 3) * 8 + (u & 7) of word [i >> 2][u >> 3][b].
// Samples lie side by side, padded to a multiple of 4; outputs are padded to a multiple of 32. One bit a connection.
#pragma once

#include "mask.cuh"

using ScheduledMask = KeyedMask<PhiloxSchedule>;

// Where a mask comes from: bits, normals, or both (a bit then decides whether a connection gets noise). Bits are
// drawn in PLANES planes, 0 for any number, or read packed.
constexpr int NOT_DRAWN = -1;
template <bool HAS_BITS, bool HAS_NORMALS, int PLANE_COUNT>
struct MaskSource {
    static constexpr bool BITS = HAS_BITS;
    static constexpr bool NORMALS = HAS_NORMALS;
    static constexpr int PLANES = PLANE_COUNT;
    static constexpr bool DRAWN = BITS && PLANES != NOT_DRAWN;
    static constexpr bool PACKED = BITS && PLANES == NOT_DRAWN;
};
using OnePlane = MaskSource<true, false, 1>;   // p = 1/2
using TwoPlanes = MaskSource<true, false, 2>;  // p = 1/4 or 3/4
using ManyPlanes = MaskSource<true, false, 0>;
using Packed = MaskSource<true, false, NOT_DRAWN>;
using Gaussian = MaskSource<false, true, NOT_DRAWN>;
using PartialGaussian = MaskSource<true, true, 0>;
using Unmasked = MaskSource<false, false, NOT_DRAWN>;  // every multiplier is 1

// From 4 words of 32 outputs (one for each input of a quad) to 4 packed words (one for each 8 outputs): word j of the
// result holds byte j of each.
__device__ __forceinline__ uint4 packed_words(uint4 kept) {
    const uint32_t low01 = __byte_perm(kept.x, kept.y, 0x5140);
    const uint32_t low23 = __byte_perm(kept.z, kept.w, 0x5140);
    const uint32_t high01 = __byte_perm(kept.x, kept.y, 0x7362);
    const uint32_t high23 = __byte_perm(kept.z, kept.w, 0x7362);
    return make_uint4(
        __byte_perm(low01, low23, 0x5410), __byte_perm(low01, low23, 0x7632), __byte_perm(high01, high23, 0x5410),
        __byte_perm(high01, high23, 0x7632));
}

// The packed words of 4 consecutive samples: of outputs 8 j .. 8 j + 7 of the block in octet[j].
template <int PLANES>
__device__ __forceinline__ void draw_packed(
    const ScheduledMask& mask, uint32_t block, uint32_t quad, uint32_t sample, uint4 (&octet)[4]) {
    const uint32_t samples[4] = {sample, sample + 1, sample + 2, sample + 3};
    uint4 kept[4];
    kept_bits<PLANES>(mask, block, quad, samples, kept);
    const uint4 a = packed_words(kept[0]);
    const uint4 b = packed_words(kept[1]);
    const uint4 c = packed_words(kept[2]);
    const uint4 d = packed_words(kept[3]);
    octet[0] = make_uint4(a.x, b.x, c.x, d.x);
    octet[1] = make_uint4(a.y, b.y, c.y, d.y);
    octet[2] = make_uint4(a.z, b.z, c.z, d.z);
    octet[3] = make_uint4(a.w, b.w, c.w, d.w);
}

// Sizes of the packed words of a layer.
struct PackedShape {
    uint32_t quads;
    uint32_t octets;   // a multiple of 4
    uint32_t samples;  // a multiple of 4

    __device__ __forceinline__ PackedShape(int32_t samples, int32_t inputs, int32_t outputs)
        : quads((static_cast<uint32_t>(inputs) + 3) / 4),
          octets((static_cast<uint32_t>(outputs) + 31) / 32 * 4),
          samples((static_cast<uint32_t>(samples) + 3) / 4 * 4) {}

    __device__ __forceinline__ int64_t index(uint32_t quad, uint32_t octet, uint32_t sample) const {
        return (static_cast<int64_t>(quad) * octets + octet) * samples + sample;
    }

    // The nearest place inside for 4 samples.
    __device__ __forceinline__ int64_t clamped_index(uint32_t quad, uint32_t octet, uint32_t sample) const {
        return index(min(quad, quads - 1), min(octet, octets - 1), min(sample, samples - 4));
    }

    // Stores the words of 4 samples and 4 octets, unless they are outside.
    __device__ __forceinline__ void store(
        uint32_t* packed, uint32_t quad, uint32_t octet, uint32_t sample, const uint4 (&words)[4]) const {
        if (quad < quads && octet < octets && sample < samples) {
            uint4* to = reinterpret_cast<uint4*>(packed + index(quad, octet, sample));
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                to[n * static_cast<int64_t>(samples / 4)] = words[n];
            }
        }
    }
};
