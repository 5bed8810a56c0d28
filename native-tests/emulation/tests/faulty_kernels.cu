// Kernels that do what kernels must not, and a few that show how the emulation behaves: for the tests of the emulation.
// In blocks of any size up to FAULTY_THREADS.
#include "platform.cuh"

constexpr int FAULTY_THREADS = 128;

// out[t] = in[t + 1], through shared memory, with everything done right.
KERNEL(rotate_right, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    DYNAMIC_SHARED(shared);
    float* const values = reinterpret_cast<float*>(shared);
    copy_async<4>(&values[threadIdx.x], &in[threadIdx.x]);
    wait_for_copies();
    __syncthreads();
    out[threadIdx.x] = values[(threadIdx.x + 1) % blockDim.x];
}

KERNEL(rotate_without_barrier, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    SHARED_ARRAY(float, values, FAULTY_THREADS);
    values[threadIdx.x] = in[threadIdx.x];
    out[threadIdx.x] = values[(threadIdx.x + 1) % blockDim.x];
}

// Writes the second half of `in` while other threads may still have to read the first.
KERNEL(rotate_twice_without_second_barrier, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    SHARED_ARRAY(float, values, FAULTY_THREADS);
    const unsigned t = threadIdx.x;
    const unsigned n = blockDim.x;
    values[t] = in[t];
    __syncthreads();
    out[t] = values[(t + 1) % n];
    values[t] = in[n + t];
    __syncthreads();
    out[n + t] = values[(t + 1) % n];
}

// Reads after a barrier, but before the wait.
KERNEL(rotate_without_wait, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    SHARED_ARRAY(float, values, FAULTY_THREADS);
    values[threadIdx.x] = 0.0f;
    copy_async<4>(&values[threadIdx.x], &in[threadIdx.x]);
    __syncthreads();
    out[threadIdx.x] = values[(threadIdx.x + 1) % blockDim.x];
    wait_for_copies();
}

// What it reads before the wait are the old values; the copy may be under way.
KERNEL(read_while_copied, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    SHARED_ARRAY(float, values, FAULTY_THREADS);
    values[threadIdx.x] = in[threadIdx.x];
    copy_async<4>(&values[threadIdx.x], &in[threadIdx.x]);
    out[threadIdx.x] = values[threadIdx.x];
    wait_for_copies();
}

KERNEL(end_without_wait, __launch_bounds__(FAULTY_THREADS), const float* in) {
    SHARED_ARRAY(float, values, FAULTY_THREADS);
    copy_async<4>(&values[threadIdx.x], &in[threadIdx.x]);
}

KERNEL(copy_zeros, __launch_bounds__(FAULTY_THREADS), const float* in, float* out, int inside) {
    SHARED_ARRAY(uint4, quads, FAULTY_THREADS);
    const int t = static_cast<int>(threadIdx.x);
    copy_async_or_zero<16>(&quads[t], t < inside ? in + 4 * t : nullptr, t < inside);
    wait_for_copies();
    const float* const values = reinterpret_cast<const float*>(&quads[t]);
    for (int i = 0; i < 4; ++i) {
        out[4 * t + i] = values[i];
    }
}

KERNEL(copy_misaligned, __launch_bounds__(FAULTY_THREADS), const float* in, int to_offset, int from_offset) {
    DYNAMIC_SHARED(shared);
    copy_async<16>(shared + to_offset, in + from_offset);
    wait_for_copies();
}

KERNEL(copy_to, __launch_bounds__(FAULTY_THREADS), float* to, const float* in) {
    copy_async<4>(to, in);
    wait_for_copies();
}

KERNEL(barrier_for_some, __launch_bounds__(FAULTY_THREADS), int some) {
    if (static_cast<int>(threadIdx.x) < some) {
        __syncthreads();
    }
}

KERNEL(shuffle_for_some, __launch_bounds__(FAULTY_THREADS), int* out, int some) {
    if (static_cast<int>(threadIdx.x) < some) {
        out[threadIdx.x] = __shfl_sync(0xFFFFFFFFu, static_cast<int>(threadIdx.x), 0);
    }
    __syncthreads();
}

KERNEL(shuffle_with_mask, __launch_bounds__(FAULTY_THREADS), int* out, uint32_t mask, int lane) {
    out[threadIdx.x] = __shfl_sync(mask, static_cast<int>(threadIdx.x), lane);
}

// Writes a float at an index of dynamic shared memory.
KERNEL(write_shared, __launch_bounds__(FAULTY_THREADS), int64_t index) {
    DYNAMIC_SHARED(shared);
    if (threadIdx.x == 5) {
        reinterpret_cast<float*>(shared)[index] = 1.0f;
    }
}

KERNEL(write_shared_array, __launch_bounds__(FAULTY_THREADS), int64_t index) {
    SHARED_ARRAY(float, values, 33);
    float* const pointer = values;
    if (threadIdx.x == 5) {
        pointer[index] = 1.0f;
    }
}

KERNEL(read_shared, __launch_bounds__(FAULTY_THREADS), float* out, int64_t index) {
    DYNAMIC_SHARED(shared);
    out[threadIdx.x] = reinterpret_cast<const float*>(shared)[index];
}

KERNEL(write_global, __launch_bounds__(FAULTY_THREADS), float* to, int64_t index) {
    if (blockIdx.x == 1 && threadIdx.x == 3) {
        to[index] = 1.0f;
    }
}

KERNEL(read_vector, __launch_bounds__(FAULTY_THREADS), const float* in, float* out) {
    *out = reinterpret_cast<const float4*>(in)->w;
}

KERNEL(divide, __launch_bounds__(FAULTY_THREADS), int* out, int dividend, int divisor) {
    out[threadIdx.x] = dividend / divisor;
}

static int depth_of(volatile int* levels) {
    volatile char frame[1024];
    frame[0] = 1;
    return *levels == 0 ? frame[0] : depth_of(levels) + frame[0];
}

KERNEL(recurse, __launch_bounds__(FAULTY_THREADS), int* levels) {
    levels[1] = depth_of(levels);
}

// Per block: two floats of shared memory as the block found them, which it then overwrites.
KERNEL(show_shared, __launch_bounds__(FAULTY_THREADS), float* out) {
    DYNAMIC_SHARED(shared);
    SHARED_ARRAY(float, value, 1);
    float* const other = reinterpret_cast<float*>(shared);
    if (threadIdx.x == 0) {
        out[2 * blockIdx.x] = value[0];
        out[2 * blockIdx.x + 1] = other[0];
        value[0] = 1.0f;
        other[0] = 2.0f;
    }
}

// The order in which threads and blocks ran.
KERNEL(number_threads, __launch_bounds__(FAULTY_THREADS), int* next, int* out) {
    out[blockIdx.x * blockDim.x + threadIdx.x] = atomicAdd(next, 1);
}

KERNEL(show_position, __launch_bounds__(FAULTY_THREADS), uint32_t* out) {
    const uint32_t block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    uint32_t* const row = out + 8 * (static_cast<int64_t>(block) * blockDim.x + threadIdx.x);
    row[0] = blockIdx.x;
    row[1] = blockIdx.y;
    row[2] = blockIdx.z;
    row[3] = threadIdx.x;
    row[4] = gridDim.x;
    row[5] = gridDim.y;
    row[6] = gridDim.z;
    row[7] = blockDim.x;
}

// Eight warp operations of each thread.
KERNEL(show_warp, __launch_bounds__(FAULTY_THREADS), int* out) {
    const int t = static_cast<int>(threadIdx.x);
    int* const row = out + 8 * t;
    row[0] = __shfl_sync(0xFFFFFFFFu, 10 * t, 3);
    row[1] = __shfl_xor_sync(0xFFFFFFFFu, 10 * t, 5);
    row[2] = __shfl_down_sync(0xFFFFFFFFu, 10 * t, 2);
    row[3] = __shfl_up_sync(0xFFFFFFFFu, 10 * t, 1);
    row[4] = __shfl_down_sync(0xFFFFFFFFu, 10 * t, 1, 8);
    row[5] = static_cast<int>(__ballot_sync(0xFFFFFFFFu, t % 3 == 0));
    row[6] = __any_sync(0xFFFFFFFFu, t == 40);
    row[7] = __all_sync(0xFFFFFFFFu, t < 40);
}

KERNEL(sum_warp, __launch_bounds__(FAULTY_THREADS), const double* in, double* out) {
    double sum = in[threadIdx.x];
    for (int lanes = warpSize / 2; lanes > 0; lanes /= 2) {
        sum += __shfl_xor_sync(0xFFFFFFFFu, sum, lanes);
    }
    out[threadIdx.x] = sum;
}

KERNEL(
    take_all_kinds, , const float* pointer, float number, double wide, int32_t integer, int64_t large, bool flag,
    double* out) {
    *out = (pointer == nullptr ? 1000 : *pointer) + number + wide + integer + static_cast<double>(large) + flag;
}

// A product of ones on a sparse tensor core, by the same metadata in all lanes: out[4 lane + n] are a lane's sums.
KERNEL(sparse_product_by, __launch_bounds__(FAULTY_THREADS), uint32_t metadata, float* out) {
    float sums[4] = {};
    const uint32_t ones = bf16_pair(1.0f, 1.0f);
    const uint32_t a[4] = {ones, ones, ones, ones};
    const uint32_t upper = bf16_pair(0.0f, 1.0f);
    const uint32_t b[4] = {upper, upper, upper, upper};
    multiply_sparse_bf16<0>(sums, a, b, metadata);
    for (int n = 0; n < 4; ++n) {
        out[threadIdx.x * 4 + n] = sums[n];
    }
}
