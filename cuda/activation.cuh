// Activations y = act(z) and their derivatives act'(z), one element at a time. NaN stays NaN, and no finite z, however
// large, makes one.
//
//   LINEAR      z                                              1
//   RELU        max(z, 0)                                      z > 0 ? 1 : 0
//   LEAKY_RELU  z > 0 ? z : 0.01 z                             z > 0 ? 1 : 0.01
//   TANH        tanh z                                         1 - y^2
//   SIGMOID     s(z) = 1 / (1 + exp(-z))                       y (1 - y)
//   GELU        z/2 (1 + tanh(a)) = z s(2a)                    s(2a) + z s(2a) (1 - s(2a)) 2a'
//               with a = sqrt(2/pi) (z + 0.044715 z^3)
#pragma once

#include "platform.cuh"

#include <cmath>

// Numbers as in Java's Activation.
enum Activation : int32_t { LINEAR = 0, RELU = 1, LEAKY_RELU = 2, TANH = 3, SIGMOID = 4, GELU = 5 };

constexpr float LEAKY_SLOPE = 0.01f;
constexpr float GELU_FACTOR = 0.7978845608f;
constexpr float GELU_CUBIC = 0.044715f;

__device__ __forceinline__ float sigmoid(float z) {
    return 1.0f / (1.0f + expf(-z));
}

// s(2a): the logistic function loses nothing to cancellation where 1 + tanh(a) does.
__device__ __forceinline__ float gelu_gate(float z) {
    return sigmoid(2.0f * GELU_FACTOR * z * fmaf(GELU_CUBIC * z, z, 1.0f));
}

__device__ __forceinline__ float activate(Activation activation, float z) {
    switch (activation) {
        case RELU: return z <= 0.0f ? 0.0f : z;
        case LEAKY_RELU: return z > 0.0f ? z : LEAKY_SLOPE * z;
        case TANH: return tanhf(z);
        case SIGMOID: return sigmoid(z);
        case GELU: return z * gelu_gate(z);
        default: return z;
    }
}

// Whether the derivative is computed from y; else from z.
__device__ __forceinline__ bool derivative_takes_output(Activation activation) {
    return activation == TANH || activation == SIGMOID;
}

// Reads y or z, not both: see derivative_takes_output.
__device__ __forceinline__ float activation_derivative(Activation activation, float z, float y) {
    switch (activation) {
        case RELU: return z > 0.0f ? 1.0f : 0.0f;
        case LEAKY_RELU: return z > 0.0f ? 1.0f : LEAKY_SLOPE;
        case TANH: return fmaf(-y, y, 1.0f);
        case SIGMOID: return y * (1.0f - y);
        case GELU: {
            const float gate = gelu_gate(z);
            const float slope = gate * (1.0f - gate);
            // Where the gate is shut or fully open, z a' may be infinite: keep it from meeting the slope's 0.
            if (slope == 0.0f) {
                return gate;
            }
            return fmaf(z * slope, 2.0f * GELU_FACTOR * fmaf(3.0f * GELU_CUBIC * z, z, 1.0f), gate);
        }
        default: return 1.0f;
    }
}
