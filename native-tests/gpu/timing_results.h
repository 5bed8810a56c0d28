// The rows of a timing run, printed as they come and kept for the JSON; and its failures.
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cuda_timer.h"
#include "json.h"
#include "layer_operands.h"

// Single-precision sums may be off by this times the sum of their terms' magnitudes; TF32, with 11 bits, would be far
// outside.
constexpr Bound SUM_BOUND{16 * 0x1p-24};

struct Verdict {
    std::string what;
    double us;
    std::string text;
};

class TimingResults {
  public:
    // FFMAs a second; starts the table.
    explicit TimingResults(double peak);

    // sgemm_us: the time of the plain product, 0 for unknown; or of as many as `products` says.
    void add(
        const std::string& kernel, const std::string& pass, const MultiPositionShape& shape, double drop_rate,
        int planes, const Timing& timing, double bytes, double sgemm_us, int products = 1);

    // What the rows mean for masked products on sparse tensor cores and for small layers; empty without their rows.
    std::vector<Verdict> verdicts() const;

    const std::vector<JsonObject>& rows() const {
        return rows_;
    }

  private:
    struct Measured {
        std::string kernel;
        std::string pass;
        std::string shape;
        double drop_rate;
        double median_us;
        double loop_us;
    };

    double least_us(
        const std::string& kernel, const std::string& pass, const std::string& shape, double drop_rate,
        double Measured::*us = &Measured::median_us) const;

    double peak_;
    std::vector<JsonObject> rows_;
    std::vector<Measured> measured_;
};

// Counts failures and goes on: other rows may still be good.
class Failures {
  public:
    template <class Work>
    void attempt(const std::string& what, const Work& work) {
        try {
            work();
        } catch (const std::exception& failure) {
            ++count_;
            std::printf("FAILED: %s: %s\n", what.c_str(), failure.what());
            std::fflush(stdout);
        }
    }

    int count() const {
        return count_;
    }

  private:
    int count_ = 0;
};
