#include "connection_timing.h"

#include <memory>

#include "plans.h"
#include "timing_program.h"

namespace {

// Normals agree with the reference within 1e-5, most of them far better.
constexpr Bound NORMALS_BOUND{128 * 0x1p-24};
// As in mask_packing.cu.
constexpr unsigned PACK_THREADS = 128;

struct MaskCase {
    ConnectionSource source;
    double drop_rate;
    bool store = false;  // the forward stores the words that it draws
};

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

class ConnectionTiming {
  public:
    ConnectionTiming(LayerOperands& layer, const MaskCase& one, const std::string& plans)
        : layer_(layer),
          plans_(plans),
          case_(one),
          mask_(noise_of(one.source), one.drop_rate),
          bias_gradient_(layer.shape.outputs) {
        launch_.variant = one.source;
        launch_.shape = {layer.shape.samples, layer.shape.inputs, layer.shape.outputs};
        launch_.mask = mask_.draw();
        if (one.source == ConnectionSource::PACKED || one.store) {
            packed_ = std::make_unique<device::Array<uint32_t>>(device::packed_words(launch_.shape));
            launch_.packed = packed_->pointer();
        }
        if (one.source == ConnectionSource::PACKED) {
            device::launch(
                "mask_pack", {{static_cast<unsigned>(device::multiprocessors()) * 16}, PACK_THREADS},
                launch_.mask.state, launch_.mask.layer, launch_.mask.first_sample, launch_.mask.planes,
                launch_.mask.threshold, launch_.shape.samples, launch_.shape.inputs, launch_.shape.outputs,
                launch_.packed);
            device::synchronize();
        }
    }

    void time(ConnectionPass pass, double sgemm_us, const CudaTimer& timer, TimingResults& results) {
        launch_.plan = planned_connections(plans_, pass, case_.source, launch_.shape);
        const device::Array<float> partials(launch_.plan.partials);
        const device::Array<float> bias_partials(launch_.plan.bias_partials);
        launch_.partials = partials.pointer();
        launch_.bias_partials = bias_partials.pointer();
        const int32_t splits = launch_.plan.splits;
        const std::string name = device::connection_kernel(pass, case_.source, launch_.plan.tile) +
                                 (case_.store ? "+store" : "") + (splits > 1 ? "/" + std::to_string(splits) : "");
        device::PassOperands operands = layer_.operands(pass);
        operands.bias_gradient = bias_gradient_.pointer();
        const auto run = [&] { device::launch_connection(pass, launch_, operands); };
        const bool normals =
            case_.source == ConnectionSource::GAUSSIAN || case_.source == ConnectionSource::PARTIAL_GAUSSIAN;
        layer_.check(
            name, pass, run, [&](uint32_t b, uint32_t i, uint32_t u) { return mask_.value(b, i, u); },
            normals ? NORMALS_BOUND : SUM_BOUND);
        const double packed_bytes = packed_ == nullptr ? 0.0 : 4.0 * static_cast<double>(packed_->size());
        const int planes = mask_.bernoulli() ? static_cast<int>(launch_.mask.planes) : 0;
        results.add(
            name, pass, layer_.shape, case_.drop_rate, planes, timer.time(run), layer_.bytes() + packed_bytes,
            sgemm_us);
    }

  private:
    LayerOperands& layer_;
    std::string plans_;
    MaskCase case_;
    TimedMask mask_;
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
    LayerOperands& layer, const std::vector<double>& drop_rates, const std::map<ConnectionPass, double>& sgemm_us,
    const CudaTimer& timer, const std::string& plans, TimingResults& results, Failures& failures) {
    for (const MaskCase& one : cases(drop_rates)) {
        const std::string what = device::connection_kernel(ConnectionPass::FORWARD, one.source, ConnectionTile::LARGE) +
                                 " and the like, of " + text_of(layer.shape);
        failures.attempt(what, [&] {
            ConnectionTiming timing(layer, one, plans);
            for (const ConnectionPass pass : PASSES) {
                if (!one.store || pass == ConnectionPass::FORWARD) {
                    const auto sgemm = sgemm_us.find(pass);
                    failures.attempt(what, [&] {
                        timing.time(pass, sgemm == sgemm_us.end() ? 0.0 : sgemm->second, timer, results);
                    });
                }
            }
        });
    }
}
