#include "thread_order.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

namespace emulation {

static constexpr uint64_t SHUFFLE_SEED = 20240613;

static ThreadOrder order_of_environment() {
    const char* variable = std::getenv("PERNODEDROP_THREAD_ORDER");
    const std::string name = variable == nullptr ? "forwards" : variable;
    if (name == "forwards") {
        return ThreadOrder::FORWARDS;
    }
    if (name == "backwards") {
        return ThreadOrder::BACKWARDS;
    }
    if (name == "shuffled") {
        return ThreadOrder::SHUFFLED;
    }
    throw std::invalid_argument("PERNODEDROP_THREAD_ORDER must be forwards, backwards or shuffled: " + name);
}

static ThreadOrder& current() {
    static ThreadOrder order = order_of_environment();
    return order;
}

ThreadOrder thread_order() {
    return current();
}

void set_thread_order(ThreadOrder order) {
    current() = order;
}

std::vector<uint32_t> in_thread_order(size_t count, uint64_t salt) {
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    if (current() == ThreadOrder::BACKWARDS) {
        std::reverse(order.begin(), order.end());
    } else if (current() == ThreadOrder::SHUFFLED) {
        std::minstd_rand random(static_cast<uint32_t>(SHUFFLE_SEED + salt * 2654435761u));
        for (size_t last = count; last > 1; --last) {
            std::swap(order[last - 1], order[random() % last]);
        }
    }
    return order;
}

}  // namespace emulation
