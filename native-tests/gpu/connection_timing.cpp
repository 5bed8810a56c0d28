#include "connection_timing.h"

#include <cmath>
#include <memory>

#include "connection.h"
#include "mask.h"

namespace {

constexpr uint64_t SEED = 1234;
constexpr uint32_t LAYER = 1;
constexpr uint32_t STEP = 7;
constexpr int32_t NO_ACTIVATION = 0;
// Normals agree with the reference within 1e-5, most of them far better.
constexpr double NORMALS_BOUND = 128 * 0x1p-24;
// As in mask_packing.cu.
constexpr unsigned PACK_THREADS = 128;

struct MaskCase {
    ConnectionSource source;
    double drop_rate;
    bool store = false;  // the forward stores the words that it draws
};

ConnectionPass connection_pass(Pass pass) {
    return pass == Pass::FORWARD          ? ConnectionPass::FORWARD
           : pass == Pass::BACKWARD_INPUT ? ConnectionPass::BACKWARD_INPUT
                                          : ConnectionPass::BACKWARD_WEIGHT;
}

ConnectionSource drawn_source(double drop_rate) {
    const uint32_t planes = reference::rate_of(drop_rate).planes;
    return planes == 1   ? ConnectionSource::ONE_PLANE
           : planes == 2 ? ConnectionSource::TWO_PLANES
                         : ConnectionSource::MANY_PLANES;
}

reference::Noise noise_of(ConnectionSource source) {
    switch (source) {
        case ConnectionSource::UNMASKED: return reference::Noise::NONE;
        case ConnectionSource::GAUSSIAN: return reference::Noise::GAUSSIAN;
        case ConnectionSource::PARTIAL_GAUSSIAN: return reference::Noise::PARTIAL_GAUSSIAN;
        default: return reference::Noise::BERNOULLI;
    }
}

reference::Mask reference_mask(const MaskCase& one) {
    reference::Mask mask;
    mask.noise = noise_of(one.source);
    mask.key = reference::layer_key(SEED, LAYER);
    mask.step = STEP;
    if (one.drop_rate > 0.0) {
        mask.rate = reference::rate_of(one.drop_rate);
        mask.sigma = std::sqrt(one.drop_rate / (1.0 - one.drop_rate));
    }
    return mask;
}

device::ConnectionMask device_mask(const MaskCase& one, const reference::Mask& mask, const StepState* state) {
    const double kept = static_cast<double>(mask.rate.threshold) / std::ldexp(1.0, static_cast<int>(mask.rate.planes));
    const bool scaled = mask.noise == reference::Noise::BERNOULLI;
    return {one.source,           state, LAYER, 0, mask.rate.planes, mask.rate.threshold, scaled ? static_cast<float>(1.0 / kept) : 1.0f,
            static_cast<float>(mask.sigma)};
}

class ConnectionTiming {
  public:
    ConnectionTiming(LayerOperands& layer, const MaskCase& one)
        : layer_(layer),
          case_(one),
          shape_{layer.shape.samples, layer.shape.inputs, layer.shape.outputs},
          state_(std::vector<StepState>{{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0.0f}}),
          reference_(reference_mask(one)),
          mask_(device_mask(one, reference_, state_.pointer())),
          bias_gradient_(layer.shape.outputs) {
        if (one.source == ConnectionSource::PACKED || one.store) {
            packed_ = std::make_unique<device::Array<uint32_t>>(device::packed_words(shape_));
        }
        if (one.source == ConnectionSource::PACKED) {
            device::launch("mask_pack", {{static_cast<unsigned>(device::multiprocessors()) * 16}, PACK_THREADS},
                           mask_.state, mask_.layer, mask_.first_sample, mask_.planes, mask_.threshold, shape_.samples,
                           shape_.inputs, shape_.outputs, packed_->pointer());
            device::synchronize();
        }
    }

    void time(Pass pass, double sgemm_us, const CudaTimer& timer, TimingResults& results) {
        const device::ConnectionLaunch launch(connection_pass(pass), case_.source, shape_, true);
        const std::string name = launch.kernel() + (case_.store ? "+store" : "") +
                                 (launch.plan().stretches > 1 ? "/" + std::to_string(launch.plan().stretches) : "");
        const auto run = [&] { run_pass(pass, launch); };
        const bool normals = case_.source == ConnectionSource::GAUSSIAN || case_.source == ConnectionSource::PARTIAL_GAUSSIAN;
        layer_.check(name, pass, run, [&](uint32_t b, uint32_t i, uint32_t u) { return reference_.value(b, i, u); },
                     normals ? NORMALS_BOUND : SUM_BOUND);
        const double packed_bytes = packed_ == nullptr ? 0.0 : 4.0 * static_cast<double>(packed_->size());
        const int planes = reference_.noise == reference::Noise::BERNOULLI ? static_cast<int>(mask_.planes) : 0;
        results.add(name, pass, layer_.shape, case_.drop_rate, planes, timer.time(run), layer_.bytes() + packed_bytes,
                    sgemm_us);
    }

  private:
    void run_pass(Pass pass, const device::ConnectionLaunch& launch) const {
        uint32_t* const packed = packed_ == nullptr ? nullptr : packed_->pointer();
        switch (pass) {
            case Pass::FORWARD:
                launch.forward(mask_, layer_.x_array.pointer(), layer_.w_array.pointer(), nullptr, NO_ACTIVATION,
                               layer_.y.pointer(), layer_.y.pointer(), packed);
                break;
            case Pass::BACKWARD_INPUT:
                launch.backward_input(mask_, layer_.dz_array.pointer(), layer_.w_array.pointer(), NO_ACTIVATION, nullptr,
                                      nullptr, layer_.dx.pointer(), packed);
                break;
            case Pass::BACKWARD_WEIGHT:
                launch.backward_weight(mask_, layer_.x_array.pointer(), layer_.dz_array.pointer(), layer_.dw.pointer(),
                                       bias_gradient_.pointer(), packed);
                break;
        }
    }

    LayerOperands& layer_;
    MaskCase case_;
    device::ConnectionShape shape_;
    device::Array<StepState> state_;
    reference::Mask reference_;
    device::ConnectionMask mask_;
    device::Array<float> bias_gradient_;
    std::unique_ptr<device::Array<uint32_t>> packed_;
};

std::vector<MaskCase> cases(const std::vector<double>& drop_rates) {
    std::vector<MaskCase> cases;
    for (const double rate : drop_rates) {
        cases.push_back({drawn_source(rate), rate});
    }
    cases.push_back({ConnectionSource::ONE_PLANE, 0.5, true});
    cases.push_back({ConnectionSource::PACKED, 0.5});
    cases.push_back({ConnectionSource::GAUSSIAN, 0.5});
    cases.push_back({ConnectionSource::PARTIAL_GAUSSIAN, 0.5});
    cases.push_back({ConnectionSource::UNMASKED, 0.0});
    return cases;
}

}  // namespace

void time_connections(LayerOperands& layer, const std::vector<double>& drop_rates, const std::map<Pass, double>& sgemm_us,
                      const CudaTimer& timer, TimingResults& results, Failures& failures) {
    for (const MaskCase& one : cases(drop_rates)) {
        const std::string what = std::string(device::source_name(one.source)) + " of " + layer.shape.text();
        failures.attempt(what, [&] {
            ConnectionTiming timing(layer, one);
            for (const Pass pass : PASSES) {
                if (!one.store || pass == Pass::FORWARD) {
                    const auto sgemm = sgemm_us.find(pass);
                    failures.attempt(what, [&] {
                        timing.time(pass, sgemm == sgemm_us.end() ? 0.0 : sgemm->second, timer, results);
                    });
                }
            }
        });
    }
}
