// What the emulation's tests share.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "sanitizer.h"

// The action must fail with an error that contains `expected`.
inline void expect_error(const std::function<void()>& action, const std::string& expected) {
    try {
        action();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
        return;
    }
    FAIL() << "nothing said: " << expected;
}

// For faults that a sanitizer sees first, and ends the program for.
inline void expect_error_or_report(
    const std::function<void()>& action, const std::string& expected, const std::string& report) {
    if (emulation::sanitizer::ACTIVE) {
        EXPECT_DEATH(action(), report);
    } else {
        expect_error(action, expected);
    }
}

// 1, 2, ..
inline std::vector<float> numbers(int count) {
    std::vector<float> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), 1.0f);
    return values;
}
