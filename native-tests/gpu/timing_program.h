// What the timing programs share: their options, the mask that they draw, and how they end.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "connection.h"
#include "json.h"
#include "mask.h"
#include "timing_results.h"

struct TimingOptions {
    std::string json;
    std::string shapes;
    std::string drop_rates;
    std::string plans = PERNODEDROP_PLANS;
    std::string libraries;
    std::string commit = "unknown";
    std::string toolkit = "unknown";
    int loops = 0;
    std::string command;  // the program and those of its options that say what is timed
};

inline std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

// Options that `usage` has, over what `options` say already; ends the program at others.
inline void parse(int count, char** arguments, const char* usage, TimingOptions& options) {
    const std::map<std::string, std::string*> known = {
        {"--json", &options.json},           {"--shapes", &options.shapes}, {"--drop-rates", &options.drop_rates},
        {"--libraries", &options.libraries}, {"--commit", &options.commit}, {"--toolkit", &options.toolkit},
        {"--plans", &options.plans},
    };
    for (int n = 1; n < count; n += 2) {
        if (std::strcmp(arguments[n], "--loops") == 0 && options.loops > 0 && n + 1 < count &&
            std::atoi(arguments[n + 1]) >= 2) {
            options.loops = std::atoi(arguments[n + 1]);
            continue;
        }
        const auto option = known.find(arguments[n]);
        if (option == known.end() || n + 1 == count ||
            std::string(usage).find(" " + option->first + " ") == std::string::npos) {
            std::fprintf(stderr, "unknown option, or one without its value: %s\n%s", arguments[n], usage);
            std::exit(2);
        }
        *option->second = arguments[n + 1];
        // Where files lie says nothing about the results.
        if (option->second == &options.shapes || option->second == &options.drop_rates) {
            options.command += std::string(" ") + arguments[n] + " " + arguments[n + 1];
        }
    }
}

inline void write_page(const TimingOptions& options, const JsonObject& page) {
    std::ofstream out(options.json);
    out << page.page();
    if (!out.flush()) {
        throw std::runtime_error(options.json + " cannot be written");
    }
}

// Runs all timings; the program's status.
template <class Work>
int time_all(const TimingOptions& options, const Work& work) {
    try {
        Failures failures;
        std::printf("%s, %d multiprocessors\n", device::name().c_str(), device::multiprocessors());
        work(failures);
        std::printf("written: %s\n", options.json.c_str());
        if (failures.count() > 0) {
            std::printf("%d FAILED\n", failures.count());
        }
        return failures.count() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "FAILED: %s\n", failure.what());
        return EXIT_FAILURE;
    }
}

// A mask that timed kernels draw, and its reference.
class TimedMask {
  public:
    TimedMask(reference::Noise noise, double drop_rate)
        : state_(std::vector<StepState>{{static_cast<uint32_t>(SEED), static_cast<uint32_t>(SEED >> 32), STEP, 0.0f}}) {
        mask_.noise = noise;
        mask_.key = reference::layer_key(SEED, LAYER);
        mask_.step = STEP;
        if (drop_rate > 0.0) {
            mask_.rate = reference::rate_of(drop_rate);
            mask_.sigma = std::sqrt(drop_rate / (1.0 - drop_rate));
        }
    }

    bool bernoulli() const {
        return mask_.noise == reference::Noise::BERNOULLI;
    }

    double value(uint32_t sample, uint32_t input, uint32_t output) const {
        return mask_.value(sample, input, output);
    }

    device::MaskDraw draw() const {
        const reference::Rate rate = mask_.rate;
        const float scale =
            bernoulli() ? std::ldexp(1.0f, static_cast<int>(rate.planes)) / static_cast<float>(rate.threshold) : 1.0f;
        return {state_.pointer(), LAYER, 0, rate.planes, rate.threshold, scale, static_cast<float>(mask_.sigma)};
    }

  private:
    static constexpr uint64_t SEED = 1234;
    static constexpr uint32_t LAYER = 1;
    static constexpr uint32_t STEP = 7;

    reference::Mask mask_;
    device::Array<StepState> state_;
};
