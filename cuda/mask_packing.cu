// Draws Bernoulli masks and stores them packed, one bit a connection, for the `packed` kernels; the drawing forward
// kernels store the same words. See mask_words.cuh for the layout.
#include "mask_words.cuh"

constexpr int PACK_THREADS = 128;

// A thread draws the words of one quad of inputs, 32 outputs and 4 samples at a time; neighbours take neighbouring
// samples.
KERNEL(
    mask_pack, __launch_bounds__(PACK_THREADS), const StepState* state, uint32_t layer, uint32_t first_sample,
    uint32_t planes, uint32_t threshold, int32_t samples, int32_t inputs, int32_t outputs, uint32_t* packed) {
    SHARED_ARRAY(uint4, schedule, MASK_SCHEDULE_WORDS / 4);
    const ScheduledMask mask =
        mask_with_schedule(mask_at(*state, layer, planes, threshold, 0.0f), reinterpret_cast<uint32_t*>(schedule));
    __syncthreads();
    const PackedShape shape(samples, inputs, outputs);
    const uint32_t groups = shape.samples / 4;
    const uint32_t blocks = shape.octets / 4;
    const int64_t tasks = static_cast<int64_t>(groups) * blocks * shape.quads;
    const int64_t step = static_cast<int64_t>(gridDim.x) * PACK_THREADS;
    for (int64_t task = static_cast<int64_t>(blockIdx.x) * PACK_THREADS + threadIdx.x; task < tasks; task += step) {
        const uint32_t sample = static_cast<uint32_t>(task % groups) * 4;
        const uint32_t block = static_cast<uint32_t>(task / groups % blocks);
        const uint32_t quad = static_cast<uint32_t>(task / groups / blocks);
        uint4 words[4];
        draw_packed<0>(mask, block, quad, first_sample + sample, words);
        shape.store(packed, quad, block * 4, sample, words);
    }
}
