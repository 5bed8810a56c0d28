#include "cuda_emulation.h"

#include "block.h"
#include "launch.h"
#include "shared_memory.h"

uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;

namespace emulation {

unsigned char* dynamic_shared() {
    return shared_memory().dynamic();
}

void* shared_array(const void* site, const char* name, size_t bytes, size_t alignment) {
    return shared_memory().array(site, name, bytes, alignment);
}

static void require_alignment(const char* side, const void* address, int bytes) {
    if (reinterpret_cast<uintptr_t>(address) % static_cast<uintptr_t>(bytes) != 0) {
        fail(
            "misaligned asynchronous copy: its " + std::string(side) + " must be aligned to its " +
            std::to_string(bytes) + " bytes");
    }
}

// Until the copy is waited for, its destination holds poison: neither the old values nor the new ones may be relied on.
void start_copy(void* to, const void* from, int bytes, bool inside) {
    require_alignment("destination", to, bytes);
    require_alignment("source", from, bytes);
    if (!shared_memory().contains(to, static_cast<size_t>(bytes))) {
        fail("an asynchronous copy goes outside the block's shared memory: " + GuardedMemory::locate(to));
    }
    std::memset(to, 0xFF, static_cast<size_t>(bytes));
    Thread& thread = block().thread();
    thread.copies.push_back({to, from, bytes, inside, thread.closed_groups});
}

void finish_copies(int groups) {
    std::vector<PendingCopy>& copies = block().thread().copies;
    size_t left = 0;
    for (const PendingCopy& copy : copies) {
        if (copy.group >= groups) {
            copies[left++] = copy;
        } else if (copy.inside) {
            std::memcpy(copy.to, copy.from, static_cast<size_t>(copy.bytes));
        } else {
            std::memset(copy.to, 0, static_cast<size_t>(copy.bytes));
        }
    }
    copies.resize(left);
}

int closed_copy_groups() {
    return block().thread().closed_groups;
}

uint64_t shuffle(Shuffle way, uint32_t mask, uint64_t value, int operand, int width) {
    static constexpr const char* NAMES[] = {"__shfl_sync", "__shfl_xor_sync", "__shfl_down_sync", "__shfl_up_sync"};
    const char* const name = NAMES[static_cast<int>(way)];
    if (width < 1 || width > warpSize || (width & (width - 1)) != 0) {
        fail(std::string(name) + ": width must be a power of 2 up to 32: " + std::to_string(width));
    }
    const int lane = static_cast<int>(block().lane());
    const int first = lane / width * width;
    int source = lane;
    switch (way) {
        case Shuffle::FROM: source = first + (operand & (width - 1)); break;
        case Shuffle::XOR: source = lane ^ (operand & (warpSize - 1)); break;
        case Shuffle::DOWN: source = lane + operand; break;
        case Shuffle::UP: source = lane - operand; break;
    }
    const bool below = way == Shuffle::UP && source < first;
    if (below || source >= first + width) {
        source = lane;
    }
    if (((mask & block().existing_lanes()) >> source & 1u) == 0) {
        fail(
            std::string(name) + " reads lane " + std::to_string(source) +
            ", which its mask leaves out or its block lacks");
    }
    return block().wait_for_warp(name, mask, value)[source];
}

static unsigned ballot(const char* name, unsigned mask, int predicate) {
    const uint32_t voters = mask & block().existing_lanes();
    const uint64_t* const votes = block().wait_for_warp(name, mask, predicate != 0 ? 1 : 0);
    unsigned ballot = 0;
    for (unsigned lane = 0; lane < WARP_SIZE; ++lane) {
        if ((voters >> lane & 1u) != 0 && votes[lane] != 0) {
            ballot |= 1u << lane;
        }
    }
    return ballot;
}

}  // namespace emulation

void __syncthreads() {
    emulation::block().wait_for_block();
}

void __syncwarp(unsigned mask) {
    emulation::block().wait_for_warp("__syncwarp", mask, 0);
}

unsigned __ballot_sync(unsigned mask, int predicate) {
    return emulation::ballot("__ballot_sync", mask, predicate);
}

int __any_sync(unsigned mask, int predicate) {
    return emulation::ballot("__any_sync", mask, predicate) != 0 ? 1 : 0;
}

int __all_sync(unsigned mask, int predicate) {
    return emulation::ballot("__all_sync", mask, predicate == 0 ? 1 : 0) == 0 ? 1 : 0;
}

void wait_for_copies() {
    emulation::finish_copies(emulation::block().thread().closed_groups + 1);
}

void commit_copies() {
    ++emulation::block().thread().closed_groups;
}
