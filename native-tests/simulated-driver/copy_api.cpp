// Copies and memsets. Pageable host memory is read at once and never written later than the call; page-locked memory is
// read and written when the work runs.
#include <algorithm>
#include <cstring>

#include "copy_rows.h"
#include "scheduler.h"

using namespace simulated;

namespace {

constexpr bool AND_WAIT = true;

void* pointer(DeviceAddress address) {
    return reinterpret_cast<void*>(address);
}

// Work that finds memory gone, device or page-locked, which was there when it was submitted.
Work on_live_memory(
    const char* name, std::vector<std::pair<const void*, size_t>> ranges, std::function<void()> action) {
    return [name, ranges = std::move(ranges), action = std::move(action)] {
        for (const auto& [address, bytes] : ranges) {
            if (!driver().device.contains(address, bytes) && !driver().pinned.contains(address, bytes)) {
                explain(name, "its memory was freed before it ran: " + emulation::GuardedMemory::locate(address));
                return ILLEGAL_ADDRESS;
            }
        }
        action();
        return SUCCESS;
    };
}

bool on_device(Driver& state, const char* name, DeviceAddress address, size_t bytes) {
    if (state.device.contains(pointer(address), bytes)) {
        return true;
    }
    explain(
        name, std::to_string(bytes) + " bytes do not lie in device memory, from " +
                  emulation::GuardedMemory::locate(pointer(address)));
    return false;
}

// The frame of all copies: the checks of captures for one that waits, the count, the stream.
template <class F>
int copy(const char* name, void* stream_handle, bool wait, F body) {
    return call(Needs::CONTEXT, name, [&](Driver& state) {
        if (wait) {
            if (const Status status = check_captures(); status != SUCCESS) {
                return status;
            }
        }
        if (const Status failure = state.calls.count(Call::COPY); failure != SUCCESS) {
            return failure;
        }
        const std::shared_ptr<Stream> stream = find_stream(stream_handle);
        if (stream == nullptr) {
            return INVALID_HANDLE;
        }
        return body(state, stream);
    });
}

Status submit(const std::shared_ptr<Stream>& stream, bool wait, Work work) {
    const Status status = submit(stream, std::move(work));
    return status != SUCCESS || !wait ? status : wait_for(tail(stream));
}

// Pageable memory need not be there at a graph's launches: a capture that would copy it is spoilt.
bool spoils_capture(const char* name, const Stream& stream) {
    if (stream.capture == nullptr) {
        return false;
    }
    explain(name, "a captured copy needs page-locked memory: each launch reads or writes it");
    stream.capture->invalid = true;
    return true;
}

Status to_device(
    Driver& state, const char* name, const std::shared_ptr<Stream>& stream, DeviceAddress to, const void* from,
    size_t bytes, bool wait) {
    if (!on_device(state, name, to, bytes) || (from == nullptr && bytes > 0)) {
        return INVALID_VALUE;
    }
    void* const target = pointer(to);
    if (state.pinned.contains(from, bytes)) {
        return submit(stream, wait, on_live_memory(name, {{target, bytes}, {from, bytes}}, [=] {
                          std::memcpy(target, from, bytes);
                      }));
    }
    if (spoils_capture(name, *stream)) {
        return STREAM_CAPTURE_UNSUPPORTED;
    }
    const auto* const first = static_cast<const unsigned char*>(from);
    const auto staged = std::make_shared<std::vector<unsigned char>>(first, first + bytes);
    return submit(
        stream, wait, on_live_memory(name, {{target, bytes}}, [=] { std::memcpy(target, staged->data(), bytes); }));
}

Status to_host(
    Driver& state, const char* name, const std::shared_ptr<Stream>& stream, void* to, DeviceAddress from, size_t bytes,
    bool wait) {
    if (!on_device(state, name, from, bytes) || (to == nullptr && bytes > 0)) {
        return INVALID_VALUE;
    }
    const bool pinned = state.pinned.contains(to, bytes);
    if (!pinned && spoils_capture(name, *stream)) {
        return STREAM_CAPTURE_UNSUPPORTED;
    }
    const void* const source = pointer(from);
    std::vector<std::pair<const void*, size_t>> ranges{{source, bytes}};
    if (pinned) {
        ranges.emplace_back(to, bytes);
    }
    return submit(
        stream, wait || !pinned, on_live_memory(name, std::move(ranges), [=] { std::memcpy(to, source, bytes); }));
}

Status within_device(
    Driver& state, const char* name, const std::shared_ptr<Stream>& stream, DeviceAddress to, DeviceAddress from,
    size_t bytes) {
    if (!on_device(state, name, to, bytes) || !on_device(state, name, from, bytes)) {
        return INVALID_VALUE;
    }
    void* const target = pointer(to);
    const void* const source = pointer(from);
    return submit(
        stream, on_live_memory(name, {{target, bytes}, {source, bytes}}, [=] { std::memmove(target, source, bytes); }));
}

// Rows from device memory to device memory, the only kind that is needed.
Status rows_within_device(Driver& state, const char* name, const std::shared_ptr<Stream>& stream, const Copy2D& rows) {
    if (rows.from_type != Copy2D::DEVICE || rows.to_type != Copy2D::DEVICE) {
        return NOT_SUPPORTED;
    }
    if (rows.rows == 0 || rows.row_bytes == 0) {
        return SUCCESS;
    }
    if (rows.row_bytes > rows.from_pitch || rows.row_bytes > rows.to_pitch) {
        return INVALID_VALUE;
    }
    const DeviceAddress from = rows.from + rows.from_y * rows.from_pitch + rows.from_x;
    const DeviceAddress to = rows.to + rows.to_y * rows.to_pitch + rows.to_x;
    const size_t from_bytes = (rows.rows - 1) * rows.from_pitch + rows.row_bytes;
    const size_t to_bytes = (rows.rows - 1) * rows.to_pitch + rows.row_bytes;
    if (!on_device(state, name, from, from_bytes) || !on_device(state, name, to, to_bytes)) {
        return INVALID_VALUE;
    }
    auto* const target = static_cast<char*>(pointer(to));
    const auto* const source = static_cast<const char*>(pointer(from));
    return submit(stream, on_live_memory(name, {{target, to_bytes}, {source, from_bytes}}, [=] {
                      for (size_t row = 0; row < rows.rows; ++row) {
                          std::memcpy(target + row * rows.to_pitch, source + row * rows.from_pitch, rows.row_bytes);
                      }
                  }));
}

template <class T>
int fill(const char* name, DeviceAddress to, T value, size_t count, void* stream_handle) {
    return copy(name, stream_handle, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        if (to % sizeof(T) != 0 || !on_device(state, name, to, count * sizeof(T))) {
            return INVALID_VALUE;
        }
        auto* const target = static_cast<T*>(pointer(to));
        return submit(stream, on_live_memory(name, {{target, count * sizeof(T)}}, [=] {
                          std::fill(target, target + count, value);
                      }));
    });
}

}  // namespace

EXPORTED int cuMemcpyHtoD_v2(DeviceAddress to, const void* from, size_t bytes) {
    return copy("cuMemcpyHtoD", nullptr, AND_WAIT, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return to_device(state, "cuMemcpyHtoD", stream, to, from, bytes, AND_WAIT);
    });
}

EXPORTED int cuMemcpyHtoDAsync_v2(DeviceAddress to, const void* from, size_t bytes, void* stream_handle) {
    return copy("cuMemcpyHtoDAsync", stream_handle, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return to_device(state, "cuMemcpyHtoDAsync", stream, to, from, bytes, false);
    });
}

EXPORTED int cuMemcpyDtoH_v2(void* to, DeviceAddress from, size_t bytes) {
    return copy("cuMemcpyDtoH", nullptr, AND_WAIT, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return to_host(state, "cuMemcpyDtoH", stream, to, from, bytes, AND_WAIT);
    });
}

EXPORTED int cuMemcpyDtoHAsync_v2(void* to, DeviceAddress from, size_t bytes, void* stream_handle) {
    return copy("cuMemcpyDtoHAsync", stream_handle, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return to_host(state, "cuMemcpyDtoHAsync", stream, to, from, bytes, false);
    });
}

EXPORTED int cuMemcpyDtoDAsync_v2(DeviceAddress to, DeviceAddress from, size_t bytes, void* stream_handle) {
    return copy("cuMemcpyDtoDAsync", stream_handle, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return within_device(state, "cuMemcpyDtoDAsync", stream, to, from, bytes);
    });
}

EXPORTED int cuMemcpy2DAsync_v2(const Copy2D* rows, void* stream_handle) {
    return copy("cuMemcpy2DAsync", stream_handle, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return rows_within_device(state, "cuMemcpy2DAsync", stream, *rows);
    });
}

EXPORTED int cuMemcpyDtoD_v2(DeviceAddress to, DeviceAddress from, size_t bytes) {
    return copy("cuMemcpyDtoD", nullptr, false, [=](Driver& state, const std::shared_ptr<Stream>& stream) {
        return within_device(state, "cuMemcpyDtoD", stream, to, from, bytes);
    });
}

EXPORTED int cuMemsetD8Async(DeviceAddress to, unsigned char value, size_t count, void* stream_handle) {
    return fill("cuMemsetD8Async", to, value, count, stream_handle);
}

EXPORTED int cuMemsetD8_v2(DeviceAddress to, unsigned char value, size_t count) {
    return fill("cuMemsetD8", to, value, count, nullptr);
}

EXPORTED int cuMemsetD16Async(DeviceAddress to, unsigned short value, size_t count, void* stream_handle) {
    return fill("cuMemsetD16Async", to, value, count, stream_handle);
}

EXPORTED int cuMemsetD16_v2(DeviceAddress to, unsigned short value, size_t count) {
    return fill("cuMemsetD16", to, value, count, nullptr);
}

EXPORTED int cuMemsetD32Async(DeviceAddress to, unsigned value, size_t count, void* stream_handle) {
    return fill("cuMemsetD32Async", to, value, count, stream_handle);
}

EXPORTED int cuMemsetD32_v2(DeviceAddress to, unsigned value, size_t count) {
    return fill("cuMemsetD32", to, value, count, nullptr);
}
