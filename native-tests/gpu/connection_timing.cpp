#include "connection_timing.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "cuda_kernels.h"
#include "device_cuda.h"
#include "plans.h"
#include "step_graph.h"
#include "timing_program.h"

namespace {

// Normals agree with the reference within 1e-5, most of them far better.
constexpr Bound NORMALS_BOUND{128 * 0x1p-24};
// As in mask_packing.cu.
constexpr unsigned PACK_THREADS = 128;

struct MaskCase {
    ConnectionVariant variant;
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

// Factors of one bf16 are off by 2^-9 at most, of two by 2^-17, where sums on tensor cores are cut off as well; errors
// of factors are independent.
Bound bound_of(const ConnectionVariant& variant) {
    if (variant.precision == FactorPrecision::BF16) {
        return {5 * 0x1p-8, true};
    }
    if (variant.precision == FactorPrecision::BF16X2) {
        return {5 * 0x1p-15, true};
    }
    const bool normals =
        variant.source == ConnectionSource::GAUSSIAN || variant.source == ConnectionSource::PARTIAL_GAUSSIAN;
    return normals ? NORMALS_BOUND : SUM_BOUND;
}

// Some precisions have kernels for some sources only.
std::vector<FactorPrecision> precisions_of(ConnectionSource source) {
    const std::vector<std::string> names = cuda::kernel_names();
    std::vector<FactorPrecision> precisions;
    for (const FactorPrecision precision : {FactorPrecision::BF16, FactorPrecision::BF16X2, FactorPrecision::FP32}) {
        const std::string kernel =
            device::connection_kernel(ConnectionPass::FORWARD, {source, precision}, ConnectionTile::UNALIGNED);
        if (precision == FactorPrecision::FP32 || std::find(names.begin(), names.end(), kernel) != names.end()) {
            precisions.push_back(precision);
        }
    }
    return precisions;
}

std::string precision_of(const ConnectionVariant& variant) {
    return variant.precision == FactorPrecision::FP32   ? ""
           : variant.precision == FactorPrecision::BF16 ? "_bf16"
                                                        : "_bf16x2";
}

// A pass, planned, with workspace of its own.
class PlannedPass {
  public:
    PlannedPass(const TimedLayer& timed, ConnectionPass pass, device::ConnectionLaunch launch)
        : pass_(pass),
          launch_(planned(timed, pass, launch)),
          partials_(launch_.plan.partials),
          bias_partials_(launch_.plan.bias_partials) {
        launch_.partials = partials_.pointer();
        launch_.bias_partials = bias_partials_.pointer();
    }

    const ConnectionPlan& plan() const {
        return launch_.plan;
    }

    void run(const device::PassOperands& operands) const {
        device::launch_connection(pass_, launch_, operands);
    }

  private:
    static device::ConnectionLaunch planned(
        const TimedLayer& timed, ConnectionPass pass, device::ConnectionLaunch launch) {
        launch.plan = planned_connections(timed.plans, pass, launch.variant, launch.shape);
        return launch;
    }

    ConnectionPass pass_;
    device::ConnectionLaunch launch_;
    device::Array<float> partials_;
    device::Array<float> bias_partials_;
};

class ConnectionTiming {
  public:
    ConnectionTiming(const TimedLayer& timed, const MaskCase& one)
        : timed_(timed),
          case_(one),
          mask_(noise_of(one.variant.source), one.drop_rate),
          bias_gradient_(timed.layer.shape.outputs) {
        const MultiPositionShape& shape = timed.layer.shape;
        launch_.variant = one.variant;
        launch_.shape = {shape.samples, shape.inputs, shape.outputs};
        launch_.mask = mask_.draw();
        if (one.variant.source == ConnectionSource::PACKED || one.store) {
            packed_ = std::make_unique<device::Array<uint32_t>>(device::packed_words(launch_.shape));
            launch_.packed = packed_->pointer();
        }
        if (one.variant.source == ConnectionSource::PACKED) {
            device::launch(
                "mask_pack", {{static_cast<unsigned>(device::multiprocessors()) * 16}, PACK_THREADS},
                launch_.mask.state, launch_.mask.layer, launch_.mask.first_sample, launch_.mask.planes,
                launch_.mask.threshold, launch_.shape.samples, launch_.shape.inputs, launch_.shape.outputs,
                launch_.packed);
            device::synchronize();
        }
    }

    void time(ConnectionPass pass) {
        const PlannedPass planned(timed_, pass, launch_);
        const int32_t splits = planned.plan().splits;
        const std::string name = device::connection_kernel(pass, case_.variant, planned.plan().tile) +
                                 (case_.store ? "+store" : "") + (splits > 1 ? "/" + std::to_string(splits) : "");
        const device::PassOperands pass_operands = operands(pass);
        const auto run = [&] { planned.run(pass_operands); };
        timed_.layer.check(name, pass, run, multiplier(), bound_of(case_.variant));
        const double packed_bytes = packed_ == nullptr ? 0.0 : 4.0 * static_cast<double>(packed_->size());
        const auto sgemm = timed_.sgemm_us.find(pass);
        timed_.results.add(
            name, pass_name(pass), timed_.layer.shape, case_.drop_rate, planes(), timed_.timer.time(run),
            timed_.layer.bytes() + packed_bytes, sgemm == timed_.sgemm_us.end() ? 0.0 : sgemm->second);
    }

    void time_step(bool forked) {
        const PlannedPass forward(timed_, ConnectionPass::FORWARD, launch_);
        const PlannedPass dx(timed_, ConnectionPass::BACKWARD_INPUT, launch_);
        const PlannedPass dw(timed_, ConnectionPass::BACKWARD_WEIGHT, launch_);
        const PlannedPass* const passes[] = {&forward, &dx, &dw};
        std::vector<float> expected[3];
        for (int n = 0; n < 3; ++n) {
            passes[n]->run(operands(PASSES[n]));
            expected[n] = timed_.layer.result(PASSES[n]).download();
            timed_.layer.result(PASSES[n]).upload(std::vector<float>(expected[n].size(), std::nanf("")));
        }
        const auto work = [&](int n) {
            return [this, n, &passes](cuda::Stream stream) {
                device::launch_into(stream);
                passes[n]->run(operands(PASSES[n]));
                device::launch_into(nullptr);
            };
        };
        const StepGraph graph(work(0), work(1), work(2), forked);
        const Timing timing = timed_.timer.time([&] { graph.launch(); });
        device::synchronize();
        const std::string name = device::source_word(case_.variant.source) + precision_of(case_.variant);
        for (int n = 0; n < 3; ++n) {
            const std::vector<float> result = timed_.layer.result(PASSES[n]).download();
            if (std::memcmp(result.data(), expected[n].data(), result.size() * sizeof(float)) != 0) {
                throw std::runtime_error(
                    name + " as a graph has other bits than " + pass_name(PASSES[n]) + " by itself");
            }
        }
        timed_.results.add(
            name + (forked ? "/forked" : "/serial"), "step", timed_.layer.shape, case_.drop_rate, planes(), timing,
            3 * timed_.layer.bytes(), 0.0, 3);
    }

  private:
    Multiplier multiplier() const {
        return [this](uint32_t b, uint32_t i, uint32_t u) { return mask_.value(b, i, u); };
    }

    int planes() const {
        return mask_.bernoulli() ? static_cast<int>(launch_.mask.planes) : 0;
    }

    device::PassOperands operands(ConnectionPass pass) const {
        device::PassOperands operands = timed_.layer.operands(pass);
        operands.bias_gradient = bias_gradient_.pointer();
        return operands;
    }

    const TimedLayer& timed_;
    MaskCase case_;
    TimedMask mask_;
    device::Array<float> bias_gradient_;
    device::ConnectionLaunch launch_{};
    std::unique_ptr<device::Array<uint32_t>> packed_;
};

std::vector<MaskCase> cases(const std::vector<double>& drop_rates) {
    std::vector<MaskCase> cases;
    for (const double rate : drop_rates) {
        for (const FactorPrecision precision : precisions_of(drawn_source(rate))) {
            cases.push_back({{drawn_source(rate), precision}, rate});
        }
    }
    for (const FactorPrecision precision : precisions_of(ConnectionSource::PACKED)) {
        cases.push_back({{ConnectionSource::PACKED, precision}, 0.5});
    }
    cases.push_back({ConnectionSource::UNMASKED, 0.0});
    cases.push_back({ConnectionSource::ONE_PLANE, 0.5, true});
    cases.push_back({ConnectionSource::GAUSSIAN, 0.5});
    cases.push_back({ConnectionSource::PARTIAL_GAUSSIAN, 0.5});
    return cases;
}

std::string described(const MaskCase& one, const TimedLayer& timed) {
    return device::source_word(one.variant.source) + precision_of(one.variant) + " of " + text_of(timed.layer.shape);
}

}  // namespace

void time_connections(const TimedLayer& timed, const std::vector<double>& drop_rates) {
    for (const MaskCase& one : cases(drop_rates)) {
        const std::string what = described(one, timed);
        timed.failures.attempt(what, [&] {
            ConnectionTiming timing(timed, one);
            for (const ConnectionPass pass : PASSES) {
                if (!one.store || pass == ConnectionPass::FORWARD) {
                    timed.failures.attempt(what, [&] { timing.time(pass); });
                }
            }
        });
    }
}

void time_steps(const TimedLayer& timed) {
    std::vector<MaskCase> cases;
    for (const FactorPrecision precision : precisions_of(ConnectionSource::ONE_PLANE)) {
        cases.push_back({{ConnectionSource::ONE_PLANE, precision}, 0.5});
    }
    cases.push_back({ConnectionSource::UNMASKED, 0.0});
    for (const MaskCase& one : cases) {
        const std::string what = described(one, timed) + " as a graph";
        timed.failures.attempt(what, [&] {
            ConnectionTiming timing(timed, one);
            for (const bool forked : {false, true}) {
                timed.failures.attempt(what, [&] { timing.time_step(forked); });
            }
        });
    }
}
