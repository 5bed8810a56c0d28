#include <gtest/gtest.h>

#include <cstdlib>

#include "connection_layer.h"

static constexpr int32_t SIZE_COUNT = sizeof(CONNECTION_SIZES) / sizeof(CONNECTION_SIZES[0]);

// All shapes of these sizes, in an order in which every hundred in a row has every two sizes in every two places.
static std::vector<device::LayerShape> shapes() {
    std::vector<device::LayerShape> shapes;
    for (int32_t shift = 0; shift < SIZE_COUNT; ++shift) {
        for (int32_t a = 0; a < SIZE_COUNT; ++a) {
            for (int32_t b = 0; b < SIZE_COUNT; ++b) {
                const int32_t c = (a + b + shift) % SIZE_COUNT;
                shapes.push_back({CONNECTION_SIZES[a], CONNECTION_SIZES[b], CONNECTION_SIZES[c]});
            }
        }
    }
    return shapes;
}

// PERNODEDROP_SHAPE_STEP=n tests every nth shape only, where all of them would take too long.
static size_t shape_step() {
    const char* const step = std::getenv("PERNODEDROP_SHAPE_STEP");
    if (step == nullptr) {
        return 1;
    }
    const int value = std::atoi(step);
    if (value < 1) {
        throw std::invalid_argument(std::string("PERNODEDROP_SHAPE_STEP must be at least 1: ") + step);
    }
    return static_cast<size_t>(value);
}

static std::string describe(const device::LayerShape& shape, const ConnectionPlan& plan, const std::string& kernel) {
    return kernel + " for " + std::to_string(shape.samples) + " x " + std::to_string(shape.inputs) + " x " +
           std::to_string(shape.outputs) + " in " + std::to_string(plan.splits) + " splits";
}

class ConnectionKernels : public testing::TestWithParam<size_t> {
  protected:
    const ConnectionMask& mask() const {
        return connection_masks()[GetParam()];
    }

    // Takes turns with activations, biases and gradients that are not wanted.
    void check(
        ConnectionLayer& layer, ConnectionPass pass, const device::LayerShape& shape, const ConnectionPlan& plan) {
        SCOPED_TRACE(describe(shape, plan, device::connection_kernel(pass, mask().source, plan.tile)));
        const auto activation = static_cast<int32_t>(turn_++ % 6);
        layer.check(pass, plan, activation, activation % 3 != 0);
    }

  private:
    uint32_t turn_ = 0;
};

TEST_P(ConnectionKernels, GiveTheReferencesSums) {
    uint32_t turn = 0;
    const std::vector<device::LayerShape> all = shapes();
    for (size_t n = 0; n < all.size(); n += shape_step()) {
        const device::LayerShape shape = all[n];
        ConnectionLayer layer(mask(), shape);
        for (const ConnectionPass pass : PASSES) {
            const std::vector<ConnectionTile> tiles = tiles_for(mask().source, shape);
            const ConnectionTile tile = tiles[turn % tiles.size()];
            const int32_t splits[] = {1, 2, 5};
            check(layer, pass, shape, device::connection_plan(pass, mask().source, shape, tile, splits[turn / 3 % 3]));
            ++turn;
            if (HasFatalFailure()) {
                return;
            }
        }
    }
}

TEST_P(ConnectionKernels, TakeBuffersThatAreNotAligned) {
    const device::LayerShape shape{36, 64, 100};
    const ConnectionTile tile = tiles_for(mask().source, shape).back();
    ConnectionLayer layer(mask(), shape, 1);
    for (const ConnectionPass pass : PASSES) {
        check(layer, pass, shape, device::connection_plan(pass, mask().source, shape, tile, 2));
    }
}

TEST_P(ConnectionKernels, GiveTheSameBitsFromEveryTileAndEveryTime) {
    const device::LayerShape shape{40, 100, 68};
    ConnectionLayer layer(mask(), shape);
    for (const ConnectionPass pass : PASSES) {
        std::vector<std::vector<float>> results;
        for (const ConnectionTile tile : tiles_for(mask().source, shape)) {
            const ConnectionPlan plan = device::connection_plan(pass, mask().source, shape, tile, 1);
            for (int repeat = 0; repeat < 2; ++repeat) {
                results.push_back(layer.results(pass, plan));
            }
        }
        for (const std::vector<float>& result : results) {
            EXPECT_EQ(result, results.front()) << device::connection_kernel(pass, mask().source, ConnectionTile::LARGE);
        }
    }
}

// So many terms that sums of two bf16 are emptied on the way.
TEST(ConnectionKernelsOfTwoTerms, EmptyLongSums) {
    const ConnectionMask mask{
        {ConnectionSource::MANY_PLANES, FactorPrecision::BF16X2}, reference::Noise::BERNOULLI, {3, 5}, 0};
    const device::LayerShape shapes[] = {{3, 1203, 5}, {3, 5, 1203}, {1203, 5, 3}};
    for (size_t n = 0; n < 3; ++n) {
        ConnectionLayer layer(mask, shapes[n], 0, shapes[n]);
        layer.check(
            PASSES[n], device::connection_plan(PASSES[n], mask.source, shapes[n], ConnectionTile::UNALIGNED, 1), 0,
            true);
    }
}

static std::string mask_name(const testing::TestParamInfo<size_t>& info) {
    const ConnectionMask& mask = connection_masks()[info.param];
    const FactorPrecision precision = mask.source.precision;
    const std::string word = precision == FactorPrecision::FP32   ? ""
                             : precision == FactorPrecision::BF16 ? "bf16_"
                                                                  : "bf16x2_";
    return device::source_word(mask.source) + "_" + word + mask.rate_text();
}

INSTANTIATE_TEST_SUITE_P(Masks, ConnectionKernels, testing::Range<size_t>(0, connection_masks().size()), mask_name);

// Words of samples and outputs that are there; the words of the padding are undefined.
static void expect_packed(
    ConnectionLayer& layer, const device::LayerShape& shape, const std::vector<uint32_t>& packed) {
    const int64_t octets = (shape.outputs + 31) / 32 * 4;
    const int64_t samples = (shape.samples + 3) / 4 * 4;
    for (int64_t b = 0; b < shape.samples; ++b) {
        for (int64_t i = 0; i < shape.inputs; ++i) {
            for (int64_t u = 0; u < shape.outputs; ++u) {
                const uint32_t word = packed[static_cast<size_t>((i / 4 * octets + u / 8) * samples + b)];
                ASSERT_EQ((word >> (i % 4 * 8 + u % 8) & 1) != 0, layer.kept(b, i, u))
                    << "b=" << b << " i=" << i << " u=" << u;
            }
        }
    }
}

TEST(MaskPacking, StoresTheKeptBits) {
    for (const device::LayerShape& shape :
         {device::LayerShape{1, 1, 1}, device::LayerShape{13, 31, 33}, device::LayerShape{33, 100, 207}}) {
        for (const ConnectionMask& mask : connection_masks()) {
            if (mask.noise == reference::Noise::BERNOULLI) {
                ConnectionLayer layer(mask, shape);
                expect_packed(layer, shape, layer.packed_by_packer());
            }
        }
    }
}

TEST(MaskPacking, IsDoneByTheForwardPassAsWell) {
    for (const device::LayerShape& shape :
         {device::LayerShape{1, 1, 1}, device::LayerShape{13, 31, 33}, device::LayerShape{67, 100, 204}}) {
        for (const ConnectionMask& mask : connection_masks()) {
            if (mask.noise != reference::Noise::BERNOULLI || mask.source == ConnectionSource::PACKED ||
                mask.source.precision != FactorPrecision::FP32) {
                continue;
            }
            ConnectionLayer layer(mask, shape);
            for (const ConnectionTile tile : tiles_for(mask.source, shape)) {
                for (const int32_t splits : {1, 3}) {
                    expect_packed(
                        layer, shape,
                        layer.packed_by_forward(
                            device::connection_plan(ConnectionPass::FORWARD, mask.source, shape, tile, splits)));
                }
            }
        }
    }
}
