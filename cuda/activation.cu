// Bias and activation of a layer [samples, outputs], and the gradient of the activation.
//
//   bias_activation       z = z + bias by rows (bias may be null: z is then not written); y = act(z); y may be z
//   activation_backward   dz = dy act'(z), for n elements; dz may be dy; of z and y only one is read
#include "activation.cuh"
#include "positions.cuh"

KERNEL(
    bias_activation, __launch_bounds__(ROW_BLOCK), int32_t activation, int32_t samples, int32_t outputs,
    const float* bias, float* z, float* y) {
    const RowPosition position = row_position(outputs);
    if (position.column >= outputs) {
        return;
    }
    const float shift = bias == nullptr ? 0.0f : bias[position.column];
    for (int64_t b = position.row; b < samples; b += position.row_stride) {
        const int64_t k = b * outputs + position.column;
        float value = z[k];
        if (bias != nullptr) {
            value = __fadd_rn(value, shift);
            z[k] = value;
        }
        y[k] = activate(static_cast<Activation>(activation), value);
    }
}

KERNEL(
    activation_backward, __launch_bounds__(ELEMENT_BLOCK), int32_t activation, int64_t n, const float* z,
    const float* y, const float* dy, float* dz) {
    const Activation kind = static_cast<Activation>(activation);
    const float* const from = derivative_takes_output(kind) ? y : z;
    for (int64_t k = first_element(); k < n; k += element_stride()) {
        dz[k] = __fmul_rn(dy[k], activation_derivative(kind, from[k], from[k]));
    }
}
