#include "connection_timing.h"

#include <cmath>
#include <memory>

#include "mask.h"
#include "plans.h"

namespace {

constexpr uint64_t SEED = 1234;
constexpr uint32_t LAYER = 1;
constexpr uint32_t STEP = 7;
constexpr int32_t NO_ACTIVATION = 0;
// Normals agree with the reference within 1e-5, most of them far better.
constexpr Bound NORMALS_BOUND{128 * 0x1p-24};
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

bool is_bernoulli(const reference::Mask& mask) {
    return mask.noise == reference::Noise::BERNOULLI;
}

class ConnectionTiming {
  public:
    ConnectionTiming(LayerOperands& layer, const MaskCase& one, const std::string& plans)
        : layer_(layer),
          plans_(plans),
          case_(one),
          reference_(reference_mask(one)),
          state_(std::vector<StepState>{{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0.0f}}),
          bias_gradient_(layer.shape.outputs) {
        launch_.source = one.source;
        launch_.shape = {layer.shape.samples, layer.shape.inputs, layer.shape.outputs};
        launch_.state = state_.pointer();
        launch_.layer = LAYER;
        launch_.planes = reference_.rate.planes;
        launch_.threshold = reference_.rate.threshold;
        if (is_bernoulli(reference_)) {
            launch_.scale = std::ldexp(1.0f, static_cast<int>(launch_.planes)) / static_cast<float>(launch_.threshold);
        }
        launch_.sigma = static_cast<float>(reference_.sigma);
        if (one.source == ConnectionSource::PACKED || one.store) {
            packed_ = std::make_unique<device::Array<uint32_t>>(device::packed_words(launch_.shape));
            launch_.packed = packed_->pointer();
        }
        if (one.source == ConnectionSource::PACKED) {
            device::launch(
                "mask_pack", {{static_cast<unsigned>(device::multiprocessors()) * 16}, PACK_THREADS}, launch_.state,
                launch_.layer, launch_.first_sample, launch_.planes, launch_.threshold, launch_.shape.samples,
                launch_.shape.inputs, launch_.shape.outputs, launch_.packed);
            device::synchronize();
        }
    }

    void time(Pass pass, double sgemm_us, const CudaTimer& timer, TimingResults& results) {
        launch_.plan = planned_connections(plans_, connection_pass(pass), case_.source, launch_.shape);
        const device::Array<float> partials(launch_.plan.partials);
        const device::Array<float> bias_partials(launch_.plan.bias_partials);
        launch_.partials = partials.pointer();
        launch_.bias_partials = bias_partials.pointer();
        const int32_t splits = launch_.plan.splits;
        const std::string name = device::connection_kernel(connection_pass(pass), case_.source, launch_.plan.tile) +
                                 (case_.store ? "+store" : "") + (splits > 1 ? "/" + std::to_string(splits) : "");
        const auto run = [&] { run_pass(pass); };
        const bool normals =
            case_.source == ConnectionSource::GAUSSIAN || case_.source == ConnectionSource::PARTIAL_GAUSSIAN;
        layer_.check(
            name, pass, run, [&](uint32_t b, uint32_t i, uint32_t u) { return reference_.value(b, i, u); },
            normals ? NORMALS_BOUND : SUM_BOUND);
        const double packed_bytes = packed_ == nullptr ? 0.0 : 4.0 * static_cast<double>(packed_->size());
        const int planes = is_bernoulli(reference_) ? static_cast<int>(launch_.planes) : 0;
        results.add(
            name, pass, layer_.shape, case_.drop_rate, planes, timer.time(run), layer_.bytes() + packed_bytes,
            sgemm_us);
    }

  private:
    void run_pass(Pass pass) const {
        switch (pass) {
            case Pass::FORWARD:
                device::connection_forward(
                    launch_, layer_.x_array.pointer(), layer_.w_array.pointer(), nullptr, NO_ACTIVATION,
                    layer_.y.pointer(), layer_.y.pointer());
                break;
            case Pass::BACKWARD_INPUT:
                device::connection_backward_input(
                    launch_, layer_.dz_array.pointer(), layer_.w_array.pointer(), layer_.dx.pointer());
                break;
            case Pass::BACKWARD_WEIGHT:
                device::connection_backward_weight(
                    launch_, layer_.x_array.pointer(), layer_.dz_array.pointer(), layer_.dw.pointer(),
                    bias_gradient_.pointer());
                break;
        }
    }

    LayerOperands& layer_;
    std::string plans_;
    MaskCase case_;
    reference::Mask reference_;
    device::Array<StepState> state_;
    device::Array<float> bias_gradient_;
    device::ConnectionLaunch launch_{};
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

void time_connections(
    LayerOperands& layer, const std::vector<double>& drop_rates, const std::map<Pass, double>& sgemm_us,
    const CudaTimer& timer, const std::string& plans, TimingResults& results, Failures& failures) {
    for (const MaskCase& one : cases(drop_rates)) {
        const std::string what = device::connection_kernel(ConnectionPass::FORWARD, one.source, ConnectionTile::LARGE) +
                                 " and the like, of " + text_of(layer.shape);
        failures.attempt(what, [&] {
            ConnectionTiming timing(layer, one, plans);
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
