// Activations and derivatives in double precision, from their definitions.
#pragma once

#include <cmath>
#include <cstdint>

struct ReferenceActivation {
    int32_t number;
    const char* name;
    double (*value)(double z);
    double (*derivative)(double z);
};

namespace reference_activation {

inline double logistic(double z) {
    return z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
}

inline double gelu_angle(double z) {
    return std::sqrt(2 / 3.14159265358979323846) * (z + 0.044715 * z * z * z);
}

inline double gelu(double z) {
    return z == 0 || std::fabs(z) > 1e10 ? std::fmax(z, 0.0) : z / 2 * (1 + std::tanh(gelu_angle(z)));
}

inline double gelu_derivative(double z) {
    if (std::fabs(z) > 1e10) {
        return z > 0 ? 1 : 0;
    }
    const double t = std::tanh(gelu_angle(z));
    const double slope = std::sqrt(2 / 3.14159265358979323846) * (1 + 3 * 0.044715 * z * z);
    return (1 + t) / 2 + z / 2 * (1 - t * t) * slope;
}

}  // namespace reference_activation

inline const ReferenceActivation REFERENCE_ACTIVATIONS[] = {
    {0, "linear", [](double z) { return z; }, [](double) { return 1.0; }},
    {1, "relu", [](double z) { return z > 0 ? z : 0.0; }, [](double z) { return z > 0 ? 1.0 : 0.0; }},
    {2, "leaky_relu", [](double z) { return z > 0 ? z : 0.01 * z; }, [](double z) { return z > 0 ? 1.0 : 0.01; }},
    {3, "tanh", [](double z) { return std::tanh(z); }, [](double z) { return 1 / std::pow(std::cosh(z), 2); }},
    {4, "sigmoid", reference_activation::logistic,
     [](double z) { return reference_activation::logistic(z) * reference_activation::logistic(-z); }},
    {5, "gelu", reference_activation::gelu, reference_activation::gelu_derivative},
};

// A bound for single precision, of values and derivatives: functions are good to a few roundings of numbers of size 1,
// and of z where they are proportional to it.
inline double activation_bound(double z) {
    return 1e-6 * std::fmax(1.0, std::fabs(z));
}
