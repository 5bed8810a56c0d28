#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "launches.h"
#include "numbers.h"

namespace {

struct Shape {
    int32_t samples, height, width, channels, window_height, window_width, stride_height, stride_width, pad_top,
        pad_left, output_height, output_width;

    int64_t image() const {
        return int64_t{height} * width * channels;
    }
    int64_t output() const {
        return int64_t{output_height} * output_width * channels;
    }
    int64_t window() const {
        return int64_t{window_height} * window_width * channels;
    }
    int64_t columns() const {
        return int64_t{output_height} * output_width * window();
    }

    // Where element (r, s, c) of window (p, q) lies in its image; -1 in the padding.
    int64_t at(int32_t p, int32_t q, int32_t r, int32_t s, int32_t c) const {
        const int32_t h = p * stride_height - pad_top + r;
        const int32_t w = q * stride_width - pad_left + s;
        return h < 0 || h >= height || w < 0 || w >= width ? -1 : (int64_t{h} * width + w) * channels + c;
    }

    // Calls body(b, window element in columns, output element, element of the image or -1), windows ascending.
    template <class F>
    void each(F body) const {
        for (int64_t b = 0; b < samples; ++b) {
            int64_t column = 0;
            for (int32_t p = 0; p < output_height; ++p) {
                for (int32_t q = 0; q < output_width; ++q) {
                    for (int32_t r = 0; r < window_height; ++r) {
                        for (int32_t s = 0; s < window_width; ++s) {
                            for (int32_t c = 0; c < channels; ++c, ++column) {
                                body(b, column, (int64_t{p} * output_width + q) * channels + c, at(p, q, r, s, c));
                            }
                        }
                    }
                }
            }
        }
    }
};

Shape valid(int32_t samples, int32_t h, int32_t w, int32_t c, int32_t wh, int32_t ww, int32_t sh, int32_t sw) {
    return Shape{samples, h, w, c, wh, ww, sh, sw, 0, 0, (h - wh) / sh + 1, (w - ww) / sw + 1};
}

Shape same(int32_t samples, int32_t h, int32_t w, int32_t c, int32_t wh, int32_t ww, int32_t sh, int32_t sw) {
    const int32_t oh = (h - 1) / sh + 1;
    const int32_t ow = (w - 1) / sw + 1;
    return Shape{samples,
                 h,
                 w,
                 c,
                 wh,
                 ww,
                 sh,
                 sw,
                 std::max((oh - 1) * sh + wh - h, 0) / 2,
                 std::max((ow - 1) * sw + ww - w, 0) / 2,
                 oh,
                 ow};
}

std::vector<Shape> shapes() {
    return {valid(1, 1, 1, 1, 1, 1, 1, 1),  same(3, 1, 1, 13, 3, 3, 1, 1), valid(2, 5, 7, 3, 3, 2, 1, 1),
            same(2, 5, 7, 3, 3, 3, 1, 1),   same(3, 6, 5, 1, 5, 4, 2, 3),  valid(1, 7, 9, 33, 2, 2, 2, 2),
            same(5, 4, 4, 2, 2, 3, 3, 1),   valid(2, 8, 3, 4, 1, 1, 3, 2), same(1, 3, 13, 5, 7, 1, 1, 2),
            valid(4, 28, 28, 1, 5, 5, 1, 1)};
}

// The grid that is chosen, and small ones, so that threads must go on to further samples.
template <class... A>
void over(const std::string& kernel, const Shape& s, int64_t elements, A... pointers) {
    for (const device::Launch& launch : row_launches(s.samples, static_cast<int32_t>(elements))) {
        run(kernel, launch, s.samples, s.height, s.width, s.channels, s.window_height, s.window_width, s.stride_height,
            s.stride_width, s.pad_top, s.pad_left, s.output_height, s.output_width, pointers...);
    }
}

std::string text(const Shape& s) {
    return std::to_string(s.samples) + " images of " + std::to_string(s.height) + "x" + std::to_string(s.width) + "x" +
           std::to_string(s.channels) + ", windows " + std::to_string(s.window_height) + "x" +
           std::to_string(s.window_width);
}

}  // namespace

TEST(Window, UnfoldCopiesEveryWindow) {
    for (const Shape& s : shapes()) {
        const std::vector<float> x = Numbers(1).reals(s.samples * s.image(), -1, 1);
        std::vector<float> expected(s.samples * s.columns());
        s.each([&](int64_t b, int64_t column, int64_t, int64_t at) {
            expected[b * s.columns() + column] = at < 0 ? 0.0f : x[b * s.image() + at];
        });
        device::Array<float> from(x);
        device::Array<float> to(static_cast<int64_t>(expected.size()));
        over("unfold", s, s.columns(), from.pointer(), to.pointer());
        ASSERT_EQ(to.download(), expected) << text(s);
    }
}

TEST(Window, FoldAddsUpInAscendingOrder) {
    for (const Shape& s : shapes()) {
        const std::vector<float> columns = Numbers(2).reals(s.samples * s.columns(), -1, 1);
        std::vector<float> expected(s.samples * s.image(), 0.0f);
        s.each([&](int64_t b, int64_t column, int64_t, int64_t at) {
            if (at >= 0) {
                expected[b * s.image() + at] += columns[b * s.columns() + column];
            }
        });
        device::Array<float> from(columns);
        device::Array<float> to(static_cast<int64_t>(expected.size()));
        over("fold", s, s.image(), from.pointer(), to.pointer());
        ASSERT_EQ(to.download(), expected) << text(s);
    }
}

TEST(Window, MaxPoolTakesTheFirstOfTheLargestAndItsGradientGoesThere) {
    for (const Shape& s : shapes()) {
        // Few values, so that many are equal.
        const std::vector<float> x = Numbers(3).whole(s.samples * s.image(), -2, 2);
        std::vector<float> largest(s.samples * s.output(), -INFINITE);
        std::vector<int32_t> places(largest.size(), -1);
        s.each([&](int64_t b, int64_t, int64_t output, int64_t at) {
            const int64_t k = b * s.output() + output;
            if (at >= 0 && x[b * s.image() + at] > largest[k]) {
                largest[k] = x[b * s.image() + at];
                places[k] = static_cast<int32_t>(at);
            }
        });
        device::Array<float> from(x);
        device::Array<float> to(static_cast<int64_t>(largest.size()));
        device::Array<int32_t> found(static_cast<int64_t>(largest.size()));
        over("max_pool", s, s.output(), from.pointer(), to.pointer(), found.pointer());
        ASSERT_EQ(to.download(), largest) << text(s);
        ASSERT_EQ(found.download(), places) << text(s);

        const std::vector<float> dy = Numbers(4).reals(static_cast<int64_t>(largest.size()), -1, 1);
        std::vector<float> expected(x.size(), 0.0f);
        for (int64_t k = 0; k < static_cast<int64_t>(dy.size()); ++k) {
            expected[k / s.output() * s.image() + places[k]] += dy[k];
        }
        device::Array<float> gradient(dy);
        device::Array<float> dx(static_cast<int64_t>(x.size()));
        over("max_pool_backward", s, s.image(), gradient.pointer(), found.pointer(), dx.pointer());
        ASSERT_EQ(dx.download(), expected) << text(s);
    }
}

TEST(Window, NaNIsTheLargest) {
    const Shape s = valid(1, 2, 4, 1, 2, 2, 2, 2);
    const std::vector<float> x{5, NOT_A_NUMBER, 1, 2, NOT_A_NUMBER, 7, 3, INFINITE};
    device::Array<float> from(x);
    device::Array<float> to(2);
    device::Array<int32_t> places(2);
    over("max_pool", s, s.output(), from.pointer(), to.pointer(), places.pointer());
    EXPECT_TRUE(std::isnan(to.download()[0]));
    EXPECT_EQ(to.download()[1], INFINITE);
    EXPECT_EQ(places.download(), (std::vector<int32_t>{1, 7}));
}

TEST(Window, AveragePoolLeavesPaddingOut) {
    for (const Shape& s : shapes()) {
        const std::vector<float> x = Numbers(5).reals(s.samples * s.image(), -1, 1);
        const std::vector<float> dy = Numbers(6).reals(s.samples * s.output(), -1, 1);
        std::vector<float> sums(dy.size(), 0.0f);
        std::vector<float> elements(dy.size(), 0.0f);
        s.each([&](int64_t b, int64_t, int64_t output, int64_t at) {
            if (at >= 0) {
                sums[b * s.output() + output] += x[b * s.image() + at];
                ++elements[b * s.output() + output];
            }
        });
        std::vector<float> expected_dx(x.size(), 0.0f);
        s.each([&](int64_t b, int64_t, int64_t output, int64_t at) {
            if (at >= 0) {
                const int64_t k = b * s.output() + output;
                expected_dx[b * s.image() + at] += dy[k] / elements[k];
            }
        });
        for (size_t k = 0; k < sums.size(); ++k) {
            sums[k] /= elements[k];
        }
        device::Array<float> from(x);
        device::Array<float> to(static_cast<int64_t>(sums.size()));
        over("average_pool", s, s.output(), from.pointer(), to.pointer());
        ASSERT_EQ(to.download(), sums) << text(s);
        device::Array<float> gradient(dy);
        device::Array<float> dx(static_cast<int64_t>(x.size()));
        over("average_pool_backward", s, s.image(), gradient.pointer(), dx.pointer());
        ASSERT_EQ(dx.download(), expected_dx) << text(s);
    }
}
