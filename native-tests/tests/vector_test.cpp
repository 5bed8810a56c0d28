#include <gtest/gtest.h>

#include "launches.h"
#include "numbers.h"

namespace {

constexpr int64_t SIZES[] = {1, 3, 13, 32, 33, 207, 1000, 5000};

// Two roundings, whatever the compiler would like to fuse.
float product_plus(float a, float b, float c) {
    volatile float product = a * b;
    return product + c;
}

}  // namespace

TEST(Vector, FillWritesEveryElement) {
    for (const int64_t n : SIZES) {
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> x(n);
            run("fill", launch, n, -2.5f, x.pointer());
            EXPECT_EQ(x.download(), std::vector<float>(n, -2.5f));
        }
    }
}

TEST(Vector, AxpyRoundsTwice) {
    for (const int64_t n : SIZES) {
        Numbers numbers(n);
        const std::vector<float> x = numbers.reals(n, -3, 3);
        const std::vector<float> y = numbers.reals(n, -3, 3);
        std::vector<float> expected(n);
        for (int64_t k = 0; k < n; ++k) {
            expected[k] = product_plus(0.3f, x[k], y[k]);
        }
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> device_x(x);
            device::Array<float> device_y(y);
            run("axpy", launch, n, 0.3f, device_x.pointer(), device_y.pointer());
            EXPECT_EQ(device_y.download(), expected);
            EXPECT_EQ(device_x.download(), x);
        }
    }
}

TEST(Vector, ScaleShiftRoundsTwice) {
    for (const int64_t n : SIZES) {
        const std::vector<float> x = Numbers(n).reals(n, 0, 1);
        std::vector<float> expected(n);
        for (int64_t k = 0; k < n; ++k) {
            expected[k] = product_plus(x[k], 0.7f, -0.35f);
        }
        for (const device::Launch& launch : element_launches(n)) {
            device::Array<float> device_x(x);
            run("scale_shift", launch, n, 0.7f, -0.35f, device_x.pointer());
            EXPECT_EQ(device_x.download(), expected);
        }
    }
}

TEST(Vector, ProductsRoundEachTime) {
    for (const int64_t n : SIZES) {
        Numbers numbers(n);
        const std::vector<float> a = numbers.reals(n, -3, 3);
        const std::vector<float> b = numbers.reals(n, -3, 3);
        const std::vector<float> to = numbers.reals(n, -3, 3);
        const int64_t width = n % 13 == 0 ? 13 : n;
        std::vector<float> product(n);
        std::vector<float> sum(n);
        std::vector<float> rows(n);
        for (int64_t k = 0; k < n; ++k) {
            product[k] = a[k] * b[k];
            volatile const float scaled = 0.3f * a[k];
            sum[k] = product_plus(scaled, b[k], to[k]);
            rows[k] = a[k] * b[k % width];
        }
        for (const device::Launch& launch : element_launches(n)) {
            const device::Array<float> device_a(a);
            const device::Array<float> device_b(b);
            device::Array<float> result(n);
            run("multiply", launch, n, device_a.pointer(), device_b.pointer(), result.pointer());
            EXPECT_EQ(result.download(), product);
            device::Array<float> added(to);
            run("multiply_add", launch, n, 0.3f, device_a.pointer(), device_b.pointer(), added.pointer());
            EXPECT_EQ(added.download(), sum);
            run("multiply_rows", launch, n, width, device_a.pointer(), device_b.pointer(), result.pointer());
            EXPECT_EQ(result.download(), rows);
        }
    }
}
